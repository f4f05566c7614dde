package org.enstore.accounting.metrics;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.enstore.accounting.metrics.Metrics.Sample;
import org.enstore.accounting.metrics.Metrics.Unit;

/**
 * The figures of the virtual machine and its process. They come from {@code java.management} and
 * {@code java.base} alone: a trimmed runtime may not have the vendor's own beans.
 */
final class RuntimeFigures {
  private static final double MILLIS_PER_SECOND = 1000;
  private static final double NANOS_PER_SECOND = 1e9;

  private RuntimeFigures() {}

  static void addTo(Metrics metrics) {
    RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    List<BufferPoolMXBean> buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
    List<String> area = List.of("area");
    List<String> collector = List.of("collector");

    metrics
        .gauge(
            "process_uptime",
            "Time since the process started.",
            Unit.SECONDS,
            () -> runtime.getUptime() / MILLIS_PER_SECOND)
        .gauge(
            "process_start_time",
            "When the process started, since the epoch.",
            Unit.SECONDS,
            () -> runtime.getStartTime() / MILLIS_PER_SECOND)
        .counter(
            "process_cpu",
            "Processor time that the process used.",
            Unit.SECONDS,
            List.of(),
            RuntimeFigures::processorTime)
        .gauge(
            "jvm_memory_used",
            "Memory in use.",
            Unit.BYTES,
            area,
            () -> memory(MemoryUsage::getUsed))
        .gauge(
            "jvm_memory_committed",
            "Memory taken from the system.",
            Unit.BYTES,
            area,
            () -> memory(MemoryUsage::getCommitted))
        .gauge(
            "jvm_memory_max",
            "Memory that may be used; left out where there is no limit.",
            Unit.BYTES,
            area,
            () -> memory(MemoryUsage::getMax))
        .gauge(
            "jvm_buffers_used",
            "Memory in buffers outside the heap.",
            Unit.BYTES,
            List.of("pool"),
            () -> buffers.stream().map(b -> Sample.of(b.getMemoryUsed(), b.getName())).toList())
        .counter(
            "jvm_gc_collections",
            "Garbage collections.",
            Unit.NONE,
            collector,
            () -> collected(collectors, GarbageCollectorMXBean::getCollectionCount))
        .counter(
            "jvm_gc",
            "Time spent in garbage collections.",
            Unit.SECONDS,
            collector,
            () -> collected(collectors, gc -> gc.getCollectionTime() / MILLIS_PER_SECOND))
        .gauge("jvm_threads", "Threads alive.", Unit.NONE, threads::getThreadCount)
        .gauge(
            "jvm_threads_peak",
            "The most threads that were alive at once.",
            Unit.NONE,
            threads::getPeakThreadCount);
  }

  private static List<Sample> processorTime() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(Duration::toNanos)
        .map(nanos -> List.of(Sample.of(nanos / NANOS_PER_SECOND)))
        .orElse(List.of());
  }

  private static List<Sample> memory(ToLongFunction<MemoryUsage> figure) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    List<Sample> samples = new ArrayList<>();
    long heap = figure.applyAsLong(memory.getHeapMemoryUsage());
    long other = figure.applyAsLong(memory.getNonHeapMemoryUsage());
    if (heap >= 0) {
      samples.add(Sample.of(heap, "heap"));
    }
    if (other >= 0) {
      samples.add(Sample.of(other, "nonheap"));
    }
    return samples;
  }

  private static List<Sample> collected(
      List<GarbageCollectorMXBean> collectors, ToDoubleFunction<GarbageCollectorMXBean> figure) {
    return collectors.stream()
        .map(gc -> Sample.of(Math.max(0, figure.applyAsDouble(gc)), gc.getName()))
        .toList();
  }
}
