/**
 * Tables as Grafana's frames, and the two ways to write them: the Arrow file that data responses
 * carry and the JSON of live streams. A leaf: it knows the nouns of {@code measure} and Arrow's
 * published format classes, and no protocol. What a host would refuse cannot be expressed here.
 */
@NullMarked
package org.enstore.accounting.frame;

import org.jspecify.annotations.NullMarked;
