package org.enstore.accounting.frame.bench;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.enstore.accounting.frame.ArrowFile;
import org.enstore.accounting.frame.Frame;
import org.enstore.accounting.frame.FrameJson;
import org.enstore.accounting.frame.Legend;
import org.enstore.accounting.frame.SeriesFrames;
import org.enstore.accounting.measure.Buckets;
import org.enstore.accounting.measure.Numbers;
import org.enstore.accounting.measure.Series;
import org.enstore.accounting.measure.SeriesTable;
import org.enstore.accounting.measure.SiteCalendar;
import org.enstore.accounting.measure.Step;
import org.enstore.accounting.measure.TimeRange;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long it takes to frame a table of series and to write the frame. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx512m", "-XX:TieredStopAtLevel=1"})
public class ArrowFileBenchmark {
  private static final Instant FROM = Instant.parse("2024-01-01T00:00:00Z");

  /** How many series there are. */
  @Param({"2", "120"})
  public int series;

  /** How many days each of them has. */
  @Param({"365", "730"})
  public int days;

  /** Whether one number in fifty is missing. */
  @Param({"false", "true"})
  public boolean gaps;

  private SeriesTable table;
  private Frame frame;

  /** Makes the table. */
  @Setup
  public void prepare() {
    Buckets buckets =
        new SiteCalendar(ZoneOffset.UTC)
            .buckets(Step.DAY, new TimeRange(FROM, FROM.plusSeconds(days * 86_400L)));
    Random random = new Random(20_261_123);
    List<Series> made = new ArrayList<>();
    for (int i = 0; i < series; i++) {
      double[] values = random.doubles(days).map(x -> Math.rint(x * 1e9) / 1000).toArray();
      BitSet missing = new BitSet();
      for (int row = 0; gaps && row < days; row += 50) {
        missing.set(row);
      }
      made.add(new Series(Map.of("mover", "L8G1_" + i), Numbers.rounded(values, missing)));
    }
    table = new SeriesTable(buckets, made);
    frame = framed();
  }

  /** From the table to the frame. */
  @Benchmark
  public Frame frame() {
    return framed();
  }

  /** From the frame to the Arrow file. */
  @Benchmark
  public byte[] arrow() {
    return ArrowFile.encode(frame);
  }

  /** From the frame to JSON. */
  @Benchmark
  public byte[] json() {
    return FrameJson.encode(frame);
  }

  private Frame framed() {
    return SeriesFrames.wide(
        table,
        new SeriesFrames.Presentation(
            "A", "bytes", "mbytes", Legend.of(""), Map.of(), List.of(), "", Map.of()));
  }
}
