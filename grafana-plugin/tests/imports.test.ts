import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));

/** The modules of the plugin that one of them names, those of which it takes types alone included. */
function namedIn(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(join('src', file), 'utf8'))
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .flatMap(({ fileName }) => {
      const path = normalize(join(dirname(file), fileName));
      return files.filter((each) => [path, `${path}.ts`, `${path}.tsx`].includes(each));
    });
}

/** A way from the first of the path back to it, if there is one. */
function circle(path: string[], named: Map<string, string[]>, seen: Set<string>): string[] | undefined {
  const last = path[path.length - 1];
  for (const next of named.get(last) ?? []) {
    if (next === path[0]) {
      return [...path, next];
    }
    if (!seen.has(next)) {
      seen.add(next);
      const found = circle([...path, next], named, seen);
      if (found) {
        return found;
      }
    }
  }
  return undefined;
}

it('has no circle among its modules', () => {
  const named = new Map(files.map((file) => [file, namedIn(file)]));
  expect([...named.values()].flat().length).toBeGreaterThan(files.length);
  expect(files.flatMap((file) => circle([file], named, new Set())?.join(' → ') ?? [])).toEqual([]);
});
