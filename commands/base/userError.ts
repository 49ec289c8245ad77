/** An error whose message is all that the user needs: no stack is printed for it. */
export class UserError extends Error {
  constructor(
    message: string,
    /** Exit code of the command; unset, the one that the command has for what it refuses. */
    readonly exitCode?: number,
  ) {
    super(message);
  }
}
