import { parseDemoArguments } from './demo/demo-arguments.ts';
import { runDemo } from './demo/run-demo.ts';

const options = parseDemoArguments(process.argv.slice(2));
if (options.kind === 'stop') {
  (options.exitCode === 0 ? process.stdout : process.stderr).write(options.text);
  process.exitCode = options.exitCode;
} else {
  process.exitCode = await runDemo(options);
}
