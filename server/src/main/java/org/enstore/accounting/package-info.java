/**
 * The Enstore accounting service: its entry point, and the place where the rooms are wired
 * together. Nothing else imports this package.
 */
@NullMarked
package org.enstore.accounting;

import org.jspecify.annotations.NullMarked;
