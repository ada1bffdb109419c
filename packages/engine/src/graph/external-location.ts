/**
 * A `location` of external data that stays in the model's folder: relative, forward slashes, no step upwards. Files of
 * others come with such paths, and what they name is read and linked.
 */
export const isSafeLocation = (location: string): boolean =>
  location.length > 0 &&
  location.length <= 512 &&
  !/[\\:\0]/.test(location) &&
  !location.startsWith('/') &&
  location.split('/').every((part) => part !== '' && part !== '..')
