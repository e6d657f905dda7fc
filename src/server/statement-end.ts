import { tokenize } from '../sql/lexer.js';
import { Semicolon } from '../sql/tokens.js';

/** Whether a text that is being typed ends with a `;`: one that ends a statement, and not a comment, string or name. */
export const endsStatement = (text: string): boolean => tokenize(text).at(-1)?.tokenType === Semicolon;
