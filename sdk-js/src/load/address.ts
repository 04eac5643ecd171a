// E-mail addresses as ids of customers.

/**
 * The id of a customer who is named by an e-mail address, which people write in capitals or not: in lower case, letter
 * by letter, without the blanks around it. What is no address stays as it is. `lojal import` and the Python client do
 * the same, by tests/vectors/column_names.json.
 */
export function oneAddress(id: string): string {
  const trimmed = id.trim();
  if (!/^[^@\s]+@[^@\s]+$/.test(trimmed)) return id;
  // Letter by letter: what a letter becomes does not hang on its neighbours, as it does for a whole Greek word.
  return Array.from(trimmed, (letter) => letter.toLowerCase()).join("");
}
