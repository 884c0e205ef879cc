import {
  AppError,
  type ConfigIssue,
  conditionIssues,
  defineNode,
  isList,
  isMap,
  isTrue,
  type NodeContext,
  type NodeResult,
  type RenderTree,
  TEMPLATE_USES,
  type Value,
} from '../kit/index.ts';

export const conditionalNode = defineNode({
  id: 'conditional',
  version: 1,
  title: 'Conditional',
  summary: 'Takes the route of the first condition that holds.',
  role: 'step',
  effect: 'pure',
  needs: [],
  config: {
    conditions: {
      kind: 'list',
      minItems: 1,
      required: true,
      summary: 'The conditions in the order in which they are tried.',
      items: {
        kind: 'object',
        summary: 'One condition and its route.',
        fields: {
          condition: {
            kind: 'text',
            template: { level: TEMPLATE_USES.condition, when: 'by-node' },
            summary: 'A template such as {{ order.total > 100 }}; the word default always holds.',
          },
          // biome-ignore lint/suspicious/noThenProperty: system 1's key; a field is never awaited.
          then: {
            kind: 'text',
            required: true,
            minLength: 1,
            summary: 'The route: a node that runs only on this route, or any other word.',
          },
          is_default: {
            kind: 'boolean',
            default: false,
            summary: 'Whether this route is taken when none before it was.',
          },
        },
      },
    },
    fallback: {
      kind: 'text',
      minLength: 1,
      summary: 'The route when no condition holds.',
    },
  },
  output: 'map',
  outputSummary:
    'selected_route: the route. condition_met: the text of the condition that held, or default, ' +
    'or fallback. evaluated_conditions: how many conditions the node has.',
  example: `name: route-an-order
inputs:
  total: {type: number, default: 250}
nodes:
  route:
    type: conditional
    config:
      conditions:
        - {condition: "{{ inputs.total > 100 }}", then: review}
        - {is_default: true, then: accept}
  review: {type: template, depends_on: [route], config: {template: "please review"}}
  accept: {type: template, depends_on: [route], config: {template: "accepted"}}
outputs: {route: route.selected_route, review: review, accept: accept}
`,
  check: (config) => [
    ...conditionsOf(config).flatMap(issuesOf),
    ...lateIssues(config),
    ...errorRouteIssues(config),
  ],
  routes: (config) => [...new Set(routesOf(config).map(({ name }) => name))],
  run(context, config) {
    for (const { condition, then, is_default: isDefault } of config.conditions) {
      const met = metBy(context, condition, isDefault);
      if (met !== undefined) return taken(then, met, config.conditions.length);
    }
    if (config.fallback !== undefined) {
      return taken(config.fallback, 'fallback', config.conditions.length);
    }
    throw new AppError('NO_ROUTE', {
      message: `no condition of ${context.node} holds`,
      retryable: false,
    });
  },
});

type Config = Readonly<Record<string, Value>>;

/** The text that says why this condition holds; undefined when it does not. */
function metBy(
  context: NodeContext,
  condition: RenderTree | undefined,
  isDefault: boolean,
): string | undefined {
  if (isDefault || condition === undefined) return 'default';
  const text = context.source(condition);
  if (text.trim() === 'default') return 'default';
  return isTrue(context.render(condition)) ? text : undefined;
}

function taken(route: string, conditionMet: string, conditions: number): NodeResult {
  return {
    value: {
      selected_route: route,
      condition_met: conditionMet,
      evaluated_conditions: conditions,
    },
    port: route,
  };
}

/** The conditions as written, for checks: each may still be anything. */
function conditionsOf(config: Config): readonly Config[] {
  const conditions = isList(config.conditions) ? config.conditions : [];
  return conditions.map((condition) => (isMap(condition) ? condition : {}));
}

interface Route {
  readonly field: string;
  readonly name: string;
}

/** The routes with the paths of their fields, in the order of the text. */
function routesOf(config: Config): readonly Route[] {
  const written = conditionsOf(config).map((condition, index) => ({
    field: `conditions[${index}].then`,
    name: condition.then,
  }));
  return [...written, { field: 'fallback', name: config.fallback }].flatMap(({ field, name }) =>
    typeof name === 'string' ? [{ field, name }] : [],
  );
}

/** Conditions are tried in order and a default always holds: what stands behind it never runs. */
function lateIssues(config: Config): readonly ConfigIssue[] {
  const conditions = conditionsOf(config);
  const last = conditions.findIndex(isDefault);
  if (last === -1) return [];
  return conditions.slice(last + 1).map((_, index) => ({
    code: 'UNREACHABLE_NODE',
    field: `conditions[${last + 1 + index}]`,
    message: `condition ${last + 2 + index} stands behind the default and is never reached`,
    remedy: 'Move the default to the end.',
  }));
}

function isDefault(condition: Config): boolean {
  const { condition: text, is_default: marked } = condition;
  return marked === true || (typeof text === 'string' && text.trim() === 'default');
}

/** A failed node leaves on the port `error`: a route of that name could not be told from it. */
function errorRouteIssues(config: Config): readonly ConfigIssue[] {
  return routesOf(config)
    .filter(({ name }) => name === 'error')
    .map(({ field }) => ({
      code: 'WRONG_VALUE',
      field,
      message: 'a route cannot be named error: a node that fails leaves there',
      remedy: 'Choose another name, such as failed.',
    }));
}

function issuesOf(condition: Config, index: number): readonly ConfigIssue[] {
  const field = `conditions[${index}].condition`;
  const text = condition.condition;
  if (condition.is_default === true) return [];
  if (text === undefined || text === null || text === '') {
    return [
      {
        code: 'MISSING_KEY',
        field,
        message: `condition ${index + 1} has neither condition nor is_default`,
        remedy: 'Write a condition, or is_default: true.',
      },
    ];
  }
  return conditionIssues(text, field, ['default']);
}
