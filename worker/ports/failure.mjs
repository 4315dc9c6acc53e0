/** A port's way to say no; it becomes the task's Failure in the core. */
export class PortFailure extends Error {
  /** @param {'fix_input' | 'retry_later' | 'report_bug'} reaction @param {string} code
   *  @param {string} message */
  constructor(reaction, code, message) {
    super(message);
    this.reaction = reaction;
    this.code = code;
  }
}
