// Checks of what a visitor typed: every field is looked at before the first complaint is sent.
import { Problem } from './http.js';

/** Collects what is wrong, field by field. */
export class Fields {
  /** @param {Record<string, unknown>} values */
  constructor(values) {
    this.values = values;
    /** @type {Record<string, string>} */
    this.wrong = {};
  }

  /**
   * @param {string} name
   * @param {{ label: string, max: number, required?: true }} rule
   * @returns {string}
   */
  text(name, rule) {
    const value = this.values[name] ?? '';
    if (typeof value !== 'string') return this.refuse(name, `${rule.label} must be text.`, '');
    const text = value.trim().replaceAll('\u0000', '');
    if (rule.required && text === '') return this.refuse(name, `${rule.label} is missing.`, '');
    if ([...text].length > rule.max) {
      return this.refuse(name, `${rule.label} may have at most ${rule.max} characters.`, '');
    }
    return text;
  }

  /**
   * @param {string} name
   * @param {{ label: string, min: number, max: number }} rule
   * @returns {number}
   */
  integer(name, rule) {
    const value = this.values[name];
    if (
      typeof value !== 'number' ||
      !Number.isInteger(value) ||
      value < rule.min ||
      value > rule.max
    ) {
      return this.refuse(
        name,
        `${rule.label} must be a whole number from ${rule.min} to ${rule.max}.`,
        0,
      );
    }
    return value;
  }

  /**
   * @param {string} name
   * @param {{ label: string, min: number, max: number }} rule
   * @returns {number}
   */
  real(name, rule) {
    const value = this.values[name];
    if (typeof value !== 'number' || !(value >= rule.min && value <= rule.max)) {
      return this.refuse(
        name,
        `${rule.label} must be a number from ${rule.min} to ${rule.max}.`,
        0,
      );
    }
    return value;
  }

  /**
   * @template Value
   * @param {string} name
   * @param {string} why
   * @param {Value} value
   * @returns {Value}
   */
  refuse(name, why, value) {
    this.wrong[name] = why;
    return value;
  }

  /** Ends with a refusal when a field was wrong. */
  done() {
    const words = Object.values(this.wrong);
    if (words.length > 0) throw new Problem(400, words.join(' '), this.wrong);
  }
}
