/** Version of this package, as receipts and image metadata state it. A test keeps it equal to package.json. */
export const ENGINE_VERSION = '0.1.0'
