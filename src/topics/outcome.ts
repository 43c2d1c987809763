/** What came of one try to deliver. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered' }
  /** Worth another try later. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Will not work later either. */
  | { readonly kind: 'refused'; readonly reason: string };
