/**
 * The accounting database behind the port {@link org.enstore.accounting.series.TransferSource}: the
 * pools, the choice of a standby, its lag, the SQL, and the one map from the database's failures to
 * sentences. Everything that knows jOOQ, HikariCP, JDBC or the zoneless times of Enstore's tables
 * is in here. Nothing in here writes to a database.
 */
@NullMarked
package org.enstore.accounting.postgres;

import org.jspecify.annotations.NullMarked;
