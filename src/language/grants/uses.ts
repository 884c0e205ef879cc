import type { Place } from '../../errors/index.ts';
import type { NodeDraft } from '../flow/index.ts';
import { type CodeGrant, DYNAMIC_HOST } from './grants.ts';
import { hostOf } from './host-of.ts';

/** One thing that a node does beyond computing, and where that stands. */
export type Use =
  | { readonly kind: 'host'; readonly host: string; readonly place: Place }
  | { readonly kind: 'code'; readonly level: CodeGrant; readonly place: Place };

/**
 * What the nodes of a flow do beyond computing, told by what their types ask for and not by their
 * names, so that a new node type cannot be forgotten here: whatever asks for the network and has no
 * `url` talks to hosts that nobody knows beforehand.
 */
export function usesOf(nodes: readonly NodeDraft[], pythonLevel: CodeGrant): readonly Use[] {
  // What is broken has problems of its own already, and no plan.
  const whole = nodes.filter(({ isBroken }) => !isBroken);
  return whole.flatMap((node): readonly Use[] => [
    ...hostUse(node),
    ...codeUse(node, pythonLevel),
    ...unsafeUse(node),
  ]);
}

function hostUse({ type, config, place, placeOf }: NodeDraft): readonly Use[] {
  if (type?.needs.includes('http') !== true) return [];
  const { url } = config;
  if (!Object.hasOwn(type.config, 'url')) return [{ kind: 'host', host: DYNAMIC_HOST, place }];
  return [{ kind: 'host', host: hostOf(url), place: url?.place ?? placeOf('url') }];
}

function codeUse({ type, config, place }: NodeDraft, otherwise: CodeGrant): readonly Use[] {
  if (type?.needs.includes('code') !== true) return [];
  if (!Object.hasOwn(type.config, 'security_level'))
    return [{ kind: 'code', level: 'normal', place }];
  const part = config.security_level;
  if (part === undefined) return [{ kind: 'code', level: otherwise, place }];
  const written = part.kind === 'value' ? part.value : undefined;
  const level = written === 'strict' || written === 'normal' ? written : 'trusted';
  return [{ kind: 'code', level, place: part.place }];
}

/** Templates of this level reach whatever the operator lets them reach. */
function unsafeUse({ templates, place }: NodeDraft): readonly Use[] {
  const isUnsafe = templates.some(({ template }) => template.level === 'unsafe');
  return isUnsafe ? [{ kind: 'code', level: 'trusted', place }] : [];
}
