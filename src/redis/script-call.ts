import { Command } from 'ioredis';

/**
 * A script call on its way. The client asks for the length in bytes of each of some forty arguments, and copies them twice; nearly
 * always all of them together have as many bytes as characters, which is one question.
 */
export class ScriptCall extends Command {
  /** @param args the script or its SHA-1, how many keys follow, the keys, the arguments */
  constructor(name: 'evalsha' | 'eval', args: (string | number)[]) {
    super(name, args, { replyEncoding: 'utf8' });
  }

  override toWritable(socket: object): string | Buffer {
    const args = this.args as string[];
    let text = `*${args.length + 1}\r\n$${this.name.length}\r\n${this.name}\r\n`;
    for (const arg of args) {
      text += `$${arg.length}\r\n${arg}\r\n`;
    }
    return Buffer.byteLength(text) === text.length ? text : super.toWritable(socket);
  }
}
