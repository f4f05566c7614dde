/**
 * What can be asked: datasets with their tables, dimensions, quantities and measures, each declared
 * once. The engine, the database room and the edges take their knowledge of Enstore's tables from
 * here. Everything is a value or a pure function; no I/O.
 */
@NullMarked
package org.enstore.accounting.catalog;

import org.jspecify.annotations.NullMarked;
