import { z } from 'zod';

/** One line about a member of a body, an answer, or a parameter. */
export interface FieldLine {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

interface Shape {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The members of a schema in its order; several variants of a body stand side by side. */
export function fieldLines(
  schema: z.ZodType | undefined,
  io: 'input' | 'output',
): readonly (readonly FieldLine[])[] {
  if (schema === undefined) return [];
  // zod writes JSON Schema, of which these are the parts that our schemas use.
  const shape = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Shape;
  return (shape.anyOf ?? [shape]).map(linesOf).filter((lines) => lines.length > 0);
}

function linesOf({ properties = {}, required = [] }: Shape): readonly FieldLine[] {
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    type: typeOf(shape),
    isRequired: required.includes(name),
    description: wordsOf(shape),
  }));
}

function typeOf(shape: Shape): string {
  if (shape.enum !== undefined) return shape.enum.map(String).join(' | ');
  if (shape.anyOf !== undefined) return shape.anyOf.map(typeOf).join(' | ');
  if (shape.items !== undefined) return `list of ${typeOf(shape.items)}`;
  if (shape.format !== undefined) return shape.format;
  return shape.type === undefined ? 'any' : String(shape.type);
}

function wordsOf({ description = '', minimum, maximum, default: otherwise }: Shape): string {
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  const bounds = isBounded ? `${minimum ?? 0} to ${maximum}.` : '';
  const absent = otherwise === undefined ? '' : `Default: ${JSON.stringify(otherwise)}.`;
  return [description, bounds, absent].filter((text) => text !== '').join(' ');
}
