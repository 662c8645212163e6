import type { z } from 'zod';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError, throwAll } from '../errors/snowmelt-error.ts';
import { findContradictions } from './contradictions.ts';
import { type DeclarationFile, declarationPlace } from './declaration-file.ts';
import { knownKeys } from './known-keys.ts';
import { type Pipeline, pipelineSchema } from './pipeline-schema.ts';

/** Reads a declaration strictly. @throws config/unknown-key, config/invalid: all that is wrong, at once */
export function parsePipeline(declaration: unknown, file: DeclarationFile): Pipeline {
  const result = pipelineSchema.safeParse(declaration);
  if (!result.success) throwAll(result.error.issues.flatMap((issue) => errorsOf(issue, declaration, file)));
  const pipeline = result.data as Pipeline;
  throwAll(findContradictions(pipeline, file));
  return pipeline;
}

function errorsOf(issue: z.core.$ZodIssue, declaration: unknown, file: DeclarationFile): SnowmeltError[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, issue.path, declaration, file));
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.map((branch) => branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
    const best = branches.find((branch) => branch.some(({ code }) => code === 'unrecognized_keys' || code === 'custom')) ?? branches.at(-1);
    if (best !== undefined && best.length > 0) return best.flatMap((inner) => errorsOf(inner, declaration, file));
  }
  const where = pathText(issue.path);
  return [
    new SnowmeltError('config/invalid', {
      message: `${where === '' ? 'The declaration' : `\`${where}\``}: ${issue.message.replace(/^Invalid input: /, '')}.`,
      hint: 'See docs/declare.md for what may stand here.',
      at: declarationPlace(file, issue.path),
    }),
  ];
}

function unknownKey(key: string, path: readonly PropertyKey[], declaration: unknown, file: DeclarationFile): SnowmeltError {
  const where = pathText(path);
  return new SnowmeltError('config/unknown-key', {
    message: `\`${key}\` is not a key of ${where === '' ? 'a pipeline' : `\`${where}\``}.`,
    hint: suggest(key, knownKeys(pipelineSchema, path, declaration)),
    at: declarationPlace(file, [...path, key]),
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
