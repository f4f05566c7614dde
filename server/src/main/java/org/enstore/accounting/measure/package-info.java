/**
 * The nouns and the arithmetic of transfer accounting: movers, directions, site-local time, byte
 * units. Everything here is a value or a pure function. It imports the JDK alone.
 */
@NullMarked
package org.enstore.accounting.measure;

import org.jspecify.annotations.NullMarked;
