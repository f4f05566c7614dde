/**
 * The figures of this program and their Prometheus text, for every edge that shows them. A leaf: it
 * knows the Prometheus client library, and none of the rooms whose figures it is given.
 */
@NullMarked
package org.enstore.accounting.metrics;

import org.jspecify.annotations.NullMarked;
