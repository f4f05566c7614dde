package org.enstore.accounting.series;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the group keys of one data source, so that a block holds an {@code int} for each and a
 * query decides about a key once, not once a block. Thread-safe. Keys are never forgotten: there
 * are as many as a site has combinations of mover, direction and the dimensions asked for.
 */
final class KeyNumbers {
  private final Map<GroupKey, Integer> numbers = new ConcurrentHashMap<>();
  private volatile GroupKey[] keys = new GroupKey[256];
  private int count;

  /** The number of {@code key}: dense, from zero, the same for equal keys. */
  int numberOf(GroupKey key) {
    @Nullable Integer known = numbers.get(key);
    return known != null ? known : assign(key);
  }

  /** The key with this number. */
  GroupKey keyOf(int number) {
    return keys[number];
  }

  /** How many keys have been numbered. */
  synchronized int count() {
    return count;
  }

  private synchronized int assign(GroupKey key) {
    @Nullable Integer known = numbers.get(key);
    if (known != null) {
      return known;
    }
    GroupKey[] grown = count == keys.length ? java.util.Arrays.copyOf(keys, count * 2) : keys;
    grown[count] = key;
    // The array is published again after every change: readers see each key they have a number of.
    keys = grown;
    numbers.put(key, count);
    return count++;
  }
}
