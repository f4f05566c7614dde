package org.enstore.accounting.series;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Numbers group keys, so that a block holds an {@code int} for each and a query decides about a key
 * once, not once a block. Thread-safe. A key is never forgotten: {@link Numbering} begins anew
 * instead.
 */
final class KeyNumbers {
  /** What a key takes beside its values: in the map, in the array, and as objects. */
  private static final int KEY_OVERHEAD_BYTES = 140;

  private static final int VALUE_OVERHEAD_BYTES = 48;

  private final Map<GroupKey, Integer> numbers = new ConcurrentHashMap<>();
  private volatile GroupKey[] keys = new GroupKey[256];
  private int count;
  private volatile long bytes;

  /** The number of {@code key}: dense, from zero, the same for equal keys. */
  int numberOf(GroupKey key) {
    return numberOf(key, added -> {});
  }

  /**
   * The number of {@code key}.
   *
   * @param room is told of the bytes that a new key takes, and may refuse it by throwing
   */
  int numberOf(GroupKey key, LongConsumer room) {
    @Nullable Integer known = numbers.get(key);
    return known != null ? known : assign(key, room);
  }

  /** The key with this number. */
  GroupKey keyOf(int number) {
    return keys[number];
  }

  /** How many keys have been numbered. */
  synchronized int count() {
    return count;
  }

  /** About how much memory the keys take, in bytes. */
  long bytes() {
    return bytes;
  }

  private synchronized int assign(GroupKey key, LongConsumer room) {
    @Nullable Integer known = numbers.get(key);
    if (known != null) {
      return known;
    }
    long size = sizeBytes(key);
    room.accept(size);
    GroupKey[] grown = count == keys.length ? Arrays.copyOf(keys, count * 2) : keys;
    grown[count] = key;
    // The array is published again after every change: readers see each key they have a number of.
    keys = grown;
    bytes += size;
    numbers.put(key, count);
    return count++;
  }

  private static long sizeBytes(GroupKey key) {
    long size = KEY_OVERHEAD_BYTES;
    for (String value : key.values()) {
      size += VALUE_OVERHEAD_BYTES + value.length();
    }
    return size;
  }
}
