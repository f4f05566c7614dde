import { ScopedVars } from '@grafana/data';
import { TemplateSrv } from '@grafana/runtime';

import { Filter, Filters } from './types';

/**
 * Among the names to include: no restriction. A variable whose custom value for All is this leaves its dimension alone,
 * so that names it does not list, such as those of retired movers, count as well.
 */
const EVERY_NAME = '*';

/** Puts the values of dashboard variables into what is asked. */
export class Filling {
  constructor(private readonly templates: TemplateSrv) {}

  /** Replaces variables in a text. */
  replaced(text: string, scopedVars: ScopedVars): string {
    return this.templates.replace(text, scopedVars);
  }

  /** Replaces variables in a text; several values become alternatives of a regular expression. */
  expression(text: string, scopedVars: ScopedVars): string {
    return this.templates.replace(text, scopedVars, 'regex');
  }

  /** Replaces variables in filters; in lists, each value of a variable becomes an item. What restricts nothing is dropped. */
  filledFilters(filters: Filters, scopedVars: ScopedVars): Filters {
    const filled = Object.entries(filters)
      .map(([dimension, filter]) => [dimension, this.filledFilter(filter ?? {}, scopedVars)] as const)
      .filter(([, filter]) => Object.keys(filter).length > 0);
    return Object.fromEntries(filled);
  }

  private filledFilter({ include, exclude, match, noMatch }: Filter, scopedVars: ScopedVars): Filter {
    const only = include?.flatMap((item) => this.expanded(item, scopedVars));
    return {
      ...(only && !only.includes(EVERY_NAME) && { include: only }),
      ...(exclude && { exclude: exclude.flatMap((item) => this.expanded(item, scopedVars)) }),
      ...(match && { match: this.expression(match, scopedVars) }),
      ...(noMatch && { noMatch: this.expression(noMatch, scopedVars) }),
    };
  }

  /**
   * All names that an item of a list stands for. The values of a variable are kept apart by formatting them as marks
   * first: joined into one text, names that hold the separator could not be told from two names.
   */
  private expanded(item: string, scopedVars: ScopedVars): string[] {
    const values: string[][] = [];
    const marked = this.templates.replace(item, scopedVars, (value: string | string[]) => {
      values.push([value].flat());
      return `\u0000${values.length - 1}\u0000`;
    });
    return values
      .reduce(
        (texts, each, index) => texts.flatMap((text) => each.map((value) => text.replace(`\u0000${index}\u0000`, () => value))),
        [marked]
      )
      .filter((text) => text !== '');
  }
}
