import { formatDuration, formatSize } from '../../base/index.ts';
import type { Field, Fields } from '../../contract/index.ts';

/**
 * A Markdown table of fields, one row each, those of inner objects under a dotted name. `kinds`
 * says what a value is where its field does not.
 */
export function fieldTable(fields: Fields, kinds: Readonly<Record<string, string>> = {}): string {
  const rows = rowsOf(fields, { prefix: '', kinds });
  if (rows.length === 0) return 'None.\n';
  return ['| Key | Value | Default | Meaning |', '| --- | --- | --- | --- |', ...rows, ''].join(
    '\n',
  );
}

interface Around {
  readonly prefix: string;
  readonly kinds: Readonly<Record<string, string>>;
}

function rowsOf(fields: Fields, { prefix, kinds }: Around): readonly string[] {
  return Object.entries(fields).flatMap(([key, field]) => {
    const name = `${prefix}${key}`;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    const cells = [`\`${name}\``, kind ?? kindOf(field), defaultOf(field), meaningOf(field)];
    const row = `| ${cells.join(' | ')} |`;
    return kind === undefined ? [row, ...innerRows(field, { prefix: name, kinds })] : [row];
  });
}

function innerRows(field: Field, { prefix, kinds }: Around): readonly string[] {
  if (field.kind === 'object') return rowsOf(field.fields, { prefix: `${prefix}.`, kinds });
  if (field.kind === 'list' && field.items.kind === 'object') {
    return rowsOf(field.items.fields, { prefix: `${prefix}[].`, kinds });
  }
  if (field.kind === 'map' && field.values.kind === 'object') {
    return rowsOf(field.values.fields, { prefix: `${prefix}.*.`, kinds });
  }
  return [];
}

function kindOf(field: Field): string {
  switch (field.kind) {
    case 'choice':
      return field.choices.map((choice) => `\`${choice}\``).join(', ');
    case 'list':
      return `list of ${kindOf(field.items)}`;
    case 'map':
      return `map to ${kindOf(field.values)}`;
    case 'number':
    case 'integer':
      return `${field.kind}${rangeOf(field, String)}`;
    case 'duration':
      return `duration${rangeOf(field, formatDuration)}`;
    case 'size':
      return `size${rangeOf(field, formatSize)}`;
    case 'json':
      return 'any data';
    case 'tree':
      return 'text or map';
    case 'code':
      return `${field.language} code`;
    case 'node':
      return 'node name';
    case 'object':
      return 'map';
    default:
      return field.kind;
  }
}

function rangeOf(
  { min, max }: { readonly min?: number; readonly max?: number },
  show: (value: number) => string,
): string {
  if (min === undefined && max === undefined) return '';
  if (min === undefined) return `, at most ${show(max ?? 0)}`;
  return max === undefined ? `, at least ${show(min)}` : `, ${show(min)} to ${show(max)}`;
}

function defaultOf(field: Field): string {
  if (field.required === true) return '**required**';
  if (!('default' in field) || field.default === undefined) return '';
  if (field.kind === 'duration') return formatDuration(field.default);
  if (field.kind === 'size') return formatSize(field.default);
  return `\`${JSON.stringify(field.default)}\``;
}

function meaningOf(field: Field): string {
  const level = field.template?.level;
  const templates = level === undefined ? '' : ` Templates: \`${level}\`.`;
  return `${field.summary.replaceAll('|', '\\|')}${templates}`;
}
