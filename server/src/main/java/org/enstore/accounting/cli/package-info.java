/**
 * The command line for people who want numbers: {@code query}, {@code movers}, {@code watch} and
 * {@code status}. It is a client like any other: it speaks to the public service through its stub
 * alone, be that service a daemon or, where a standby is read straight, in the same process.
 */
@NullMarked
package org.enstore.accounting.cli;

import org.jspecify.annotations.NullMarked;
