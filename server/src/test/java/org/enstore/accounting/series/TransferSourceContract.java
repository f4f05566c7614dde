package org.enstore.accounting.series;

/** What every {@link TransferSource} must do, whatever is behind it. */
public interface TransferSourceContract
    extends TransfersContract, SiteClockContract, SummaryContract {}
