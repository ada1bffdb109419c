/** Keyword of the PNG text that carries a receipt. */
export const RECEIPT_KEYWORD = 'reverie'
