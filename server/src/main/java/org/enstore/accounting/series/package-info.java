/**
 * The answering engine: what may be asked, how it is answered from cached pre-aggregates, how old
 * an answer may be. It owns the port {@link org.enstore.accounting.series.TransferSource} that a
 * database stands behind, and knows no database, no protocol and no wire format itself.
 */
@NullMarked
package org.enstore.accounting.series;

import org.jspecify.annotations.NullMarked;
