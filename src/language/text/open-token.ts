import type { CST } from 'yaml';

/** A bracket or quote that is never closed. */
export interface OpenToken {
  readonly character: string;
  readonly offset: number;
}

/**
 * The innermost bracket or quote that is still open at the end of the text, or undefined. Looks at
 * the last token of each level only; linear in the length of the last scalar.
 */
export function openTokenAtEnd(tokens: readonly CST.Token[]): OpenToken | undefined {
  const last = tokens.findLast((token) => token.type === 'document');
  return last?.type === 'document' && last.value ? openIn(last.value) : undefined;
}

// The parser's stack is bounded by the depth of a flow, and so is this recursion.
function openIn(token: CST.Token): OpenToken | undefined {
  switch (token.type) {
    case 'single-quoted-scalar':
    case 'double-quoted-scalar':
      return openQuote(token);
    case 'block-map':
    case 'block-seq':
      return openInLast(token.items);
    case 'flow-collection': {
      const isClosed = token.end.some(({ type }) => type.endsWith('-end'));
      if (isClosed) return undefined;
      const { source, offset } = token.start;
      return openInLast(token.items) ?? { character: source, offset };
    }
    default:
      return undefined;
  }
}

function openInLast(items: readonly CST.CollectionItem[]): OpenToken | undefined {
  const last = items.findLast(({ key, value }) => key || value);
  const token = last?.value ?? last?.key;
  return token ? openIn(token) : undefined;
}

function openQuote({ source, offset }: CST.FlowScalar): OpenToken | undefined {
  const character = source.charAt(0);
  const isEscaping = character === '"';
  for (let at = 1; at < source.length; at += 1) {
    if (isEscaping && source.charAt(at) === '\\') at += 1;
    else if (source.charAt(at) === character) {
      if (isEscaping || source.charAt(at + 1) !== character) return undefined;
      at += 1;
    }
  }
  return { character, offset };
}
