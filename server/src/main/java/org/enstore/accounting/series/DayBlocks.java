package org.enstore.accounting.series;

import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicReference;
import org.enstore.accounting.catalog.Catalogue;
import org.enstore.accounting.catalog.Dataset;
import org.enstore.accounting.catalog.Dimension;
import org.enstore.accounting.catalog.Quantity;
import org.enstore.accounting.catalog.Rollup;
import org.enstore.accounting.catalog.SourceTable;
import org.enstore.accounting.catalog.Transfers;
import org.enstore.accounting.measure.SiteCalendar;
import org.jspecify.annotations.Nullable;

/**
 * The cells of facts of whole site-local days, whichever blocks they lie in: what lists and checks
 * are made of, which need no buckets. Thread-safe.
 */
final class DayBlocks {
  private final BlockStore store;
  private final SiteCalendar calendar;
  private final InstantSource clock;

  DayBlocks(BlockStore store, SiteCalendar calendar, InstantSource clock) {
    this.store = store;
    this.calendar = calendar;
    this.clock = clock;
  }

  /**
   * What is to be known of a read beside its cells.
   *
   * @param outage why they are older than they should be, if they are
   * @param leftOut the rows that are in none of them
   */
  record Read(Optional<QueryFailure> outage, LeftOut leftOut) {}

  /**
   * Takes one cell, which begins at {@code epochSecond}; its weight is the dataset's, bytes for
   * transfers.
   */
  @FunctionalInterface
  interface CellSink {
    void accept(long epochSecond, long weight);
  }

  /** Says where the cells of one key go; empty when they are of no use. */
  @FunctionalInterface
  interface KeySink {
    Optional<CellSink> cellsOf(GroupKey key, Shape shape);
  }

  /**
   * Reads the weights of the days {@code [from, to)}, one cell of {@code grain} after the other. A
   * key may come several times, its cells only once.
   *
   * @param to of a rollup at most the day after its last one
   * @return what is to be known beside the cells
   * @throws QueryFailure when they cannot be read
   */
  Read read(
      SourceTable table,
      Grain grain,
      List<Dimension> dimensions,
      LocalDate from,
      LocalDate to,
      Cancellation cancellation,
      KeySink sink) {
    if (!from.isBefore(to)) {
      return new Read(Optional.empty(), new LeftOut(calendar));
    }
    LocalDate settled = store.settledBefore(clock.instant());
    if (table.isRollup() && to.isBefore(settled)) {
      // A block must not be kept as settled that reaches beyond the days the summary was filled
      // for.
      settled = to;
    }
    return read(
        table,
        grain,
        dimensions,
        Span.cover(grain, from, to, settled),
        calendar.startOfDay(from),
        calendar.startOfDay(to),
        cancellation,
        sink);
  }

  /**
   * Reads the transfers of single days like {@link #read}.
   *
   * @throws QueryFailure when they cannot be read
   */
  Read readEach(
      Grain grain,
      List<Dimension> dimensions,
      SortedSet<LocalDate> days,
      Cancellation cancellation,
      KeySink sink) {
    return read(
        Transfers.FACTS,
        grain,
        dimensions,
        days.stream().map(Span::ofDay).toList(),
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        cancellation,
        sink);
  }

  private Read read(
      SourceTable table,
      Grain grain,
      List<Dimension> dimensions,
      List<Span> spans,
      long first,
      long end,
      Cancellation cancellation,
      KeySink sink) {
    // What panels' blocks have, so that both find each other's.
    Dataset dataset = Catalogue.ENSTORE.datasetOf(table);
    List<Dimension> told = new ArrayList<>(dimensions);
    dataset.defaults().split().ifPresent(told::add);
    Shape shape = Shape.of(told, quantities(dataset, table));
    List<BlockKey> keys =
        spans.stream().map(span -> new BlockKey(table, grain, shape, span)).toList();
    LeftOut leftOut = new LeftOut(calendar);
    AtomicReference<@Nullable QueryFailure> outage = new AtomicReference<>();
    store.walk(
        keys,
        BlockStore.Wish.ALL,
        cancellation,
        batch -> {
          for (Block block : batch.blocks()) {
            deliver(block, dataset.weight(), first, end, sink);
            leftOut.add(block, first, end);
          }
          batch.outage().ifPresent(outage::set);
        });
    return new Read(Optional.ofNullable(outage.get()), leftOut);
  }

  private static List<Quantity> quantities(Dataset dataset, SourceTable table) {
    return dataset.rollups().stream()
        .filter(rollup -> rollup.table().equals(table))
        .findFirst()
        .map(Rollup::quantities)
        .orElseGet(dataset::sharedQuantities);
  }

  private void deliver(Block block, Quantity weight, long first, long end, KeySink sink) {
    BlockKey blockKey = block.key();
    int place = blockKey.shape().quantities().indexOf(weight);
    for (int k = 0; k < block.keyCount(); k++) {
      Optional<CellSink> cells = sink.cellsOf(block.groupKey(k), blockKey.shape());
      if (cells.isEmpty()) {
        continue;
      }
      for (int cell = block.firstCell(k); cell < block.firstCell(k + 1); cell++) {
        // A block may be a month of which some days are wanted.
        long start = blockKey.span().slotStart(blockKey.grain(), calendar, block.slot(cell));
        if (start >= first && start < end) {
          cells.get().accept(start, block.value(place, cell));
        }
      }
    }
  }
}
