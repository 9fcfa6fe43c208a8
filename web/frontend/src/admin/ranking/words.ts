// Shares as people read them.

/** 0.934 → 93.4%; nothing where there is no figure. */
export const percent = (share: number | null | undefined): string => (share === null || share === undefined ? "–" : `${(share * 100).toFixed(1)}%`);
