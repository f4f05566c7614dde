import { dimensionNames } from './labels';
import { Dimension, EnstoreQuery, QUERY_DEFAULTS } from './types';

/** Dimensions that Enstore's daily summary table has no column for. */
const ONLY_IN_TRANSFERS: readonly Dimension[] = ['storageGroup', 'library', 'driveType', 'mediaChanger'];

const LEGEND_WORDS = ['direction', 'measure', 'unit'];

const HOURS: Record<string, number> = { ms: 1 / 3600000, s: 1 / 3600, m: 1 / 60, h: 1 };

/** Sentences on what the backend will refuse in a query, each with the way out; none when it will answer. */
export function objections(query: EnstoreQuery): string[] {
  const { source, step, filters, groupBy, legend } = { ...QUERY_DEFAULTS, ...query };
  const found: string[] = [];
  if (source === 'summary') {
    if (isUnderADay(step)) {
      found.push('The daily summary holds whole days: choose a step of a day or more, or another source.');
    }
    const unknown = ONLY_IN_TRANSFERS.filter((dimension) => filters[dimension] || groupBy.includes(dimension));
    if (unknown.length > 0) {
      const names = unknown.map((dimension) => dimensionNames[dimension][1]).join(' or ');
      found.push(`The daily summary does not know ${names}: remove that choice, or take another source.`);
    }
  }
  for (const [dimension, filter] of Object.entries(filters)) {
    for (const expression of [filter.match, filter.noMatch]) {
      const fault = expression && faultOf(expression);
      if (fault) {
        found.push(`The expression “${expression}” for ${dimensionNames[dimension as Dimension][1]} ${fault}.`);
      }
    }
  }
  const known = [...groupBy, ...LEGEND_WORDS];
  const strangers = Array.from(legend.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g), ([, word]) => word).filter(
    (word) => !known.includes(word)
  );
  if (strangers.length > 0) {
    found.push(`The legend asks for {{${strangers[0]}}}, but this query has only ${known.map((word) => `{{${word}}}`).join(' ')}.`);
  }
  return found;
}

/** False also for "auto" and for variables, whose value is not known here. */
export function isUnderADay(step: string): boolean {
  const [, count, unit] = /^(\d+)(ms|s|m|h)$/.exec(step) ?? [];
  return count !== undefined && Number(count) * HOURS[unit] < 24;
}

/** What RE2, the backend's engine, would reject; expressions that hold a variable are left to it. */
function faultOf(expression: string): string | undefined {
  if (/\$\{|\$\w|\[\[/.test(expression)) {
    return undefined;
  }
  if (/\(\?<?[=!]|\\[1-9]/.test(expression)) {
    return 'looks ahead or back, which is not supported';
  }
  try {
    new RegExp(expression.replace(/^\(\?[a-zA-Z]+\)/, '').replace(/\(\?P</g, '(?<'));
    return undefined;
  } catch {
    return 'is not a valid regular expression';
  }
}
