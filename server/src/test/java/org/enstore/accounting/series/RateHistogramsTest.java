package org.enstore.accounting.series;

import static org.assertj.core.api.Assertions.assertThat;

import com.datadoghq.sketch.ddsketch.DDSketch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateHistogramsTest {
  private static final int BUCKETS = 50;

  @Test
  void everyBucket_hasItsOwnCounts() {
    Random random = new Random(20_261_201);
    RateHistograms histograms = new RateHistograms(BUCKETS, bytes -> {});
    List<DDSketch> expected = new ArrayList<>();
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      expected.add(RateBins.sketch());
    }
    for (int i = 0; i < 20_000; i++) {
      int bucket = random.nextInt(BUCKETS);
      int bin = random.nextInt(30) + bucket;
      histograms.add(bucket, bin, 1 + bin % 3);
      expected.get(bucket).accept(RateBins.rate(bin), 1 + bin % 3);
    }
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      for (double quantile : List.of(0.0, 0.5, 0.95, 1.0)) {
        assertThat(histograms.quantile(bucket, quantile, RateBins.sketch()))
            .isEqualTo(expected.get(bucket).getValueAtQuantile(quantile));
      }
    }
  }
}
