package org.enstore.accounting.series;

import org.enstore.accounting.catalog.SourceTable;

/** Which block: one span of one table, at one grain, with one set of dimensions and quantities. */
record BlockKey(SourceTable table, Grain grain, Shape shape, Span span) {
  BlockKey at(Grain otherGrain, Span otherSpan) {
    return new BlockKey(table, otherGrain, shape, otherSpan);
  }
}
