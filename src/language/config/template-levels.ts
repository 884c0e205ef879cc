import type { TemplateLevel, Templating } from '../../contract/index.ts';
import type { ConfigReader } from './read-config.ts';

/** Levels from the one that allows least to the one that allows most. */
export const TEMPLATE_LEVELS: readonly TemplateLevel[] = [
  'interpolation_only',
  'safe_expressions',
  'sandboxed',
  'unsafe',
];

/** True where the first of two levels allows more. */
export function isHigherLevel(left: TemplateLevel, right: TemplateLevel): boolean {
  return TEMPLATE_LEVELS.indexOf(left) > TEMPLATE_LEVELS.indexOf(right);
}

/** What a template at a place may do: no more than the place, the node and the operator allow. */
export function levelAt(
  { level, levelMax = 'sandboxed' }: Pick<ConfigReader, 'level' | 'levelMax'>,
  templating: Templating,
): TemplateLevel {
  const isOwn = templating.when === 'by-node' && level !== undefined;
  const own = isOwn ? lower(templating.level, level) : templating.level;
  return lower(own, levelMax);
}

function lower(left: TemplateLevel, right: TemplateLevel): TemplateLevel {
  return isHigherLevel(left, right) ? right : left;
}
