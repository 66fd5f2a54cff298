/** A mistake in how the command was called: exit code 2, and a message without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What `--help` prints. */
export const help: string = `glassjaw checks theorems about adversarial examples by experiment.

  glassjaw verify [claim…|FILE…] [options]
  glassjaw merge JOURNAL… [options]
  glassjaw new-claim NAME
  glassjaw train | attack | radius | spectrum | data …
                   (--help after one of them tells more)
  glassjaw devices [--json FILE]

verify: without claims the whole suite is verified. A FILE.js or FILE.ts holds a
claim of your own; new-claim writes one to begin with.

  --budget quick|standard|thorough
                   how many trials may be spent (default: quick)
  --seed N         seed of everything random, a whole number (default: 1)
  --json FILE      write the result as JSON; - writes it to standard output
  --report DIR     write DIR/index.html, one file that opens without network,
                   and DIR/result.json
  --workers N      threads (default: one per available core; 1: in process);
                   the numbers do not depend on it
  --executor compile|interpret
                   run WebAssembly made of the programs (default), or read them
                   step by step; the numbers do not depend on it
  --journal FILE   write every block of trials down as it is computed
  --resume         go on from the journal, without losing or repeating a trial
  --shard I/N      compute one of N parts of a run, for as many machines: writes
                   the journal and nothing else
  --list           list the claims and what they predict
  --replay TOKEN   run one trial again, as an illustration
  --help           print this
  --version        print the version

merge puts the journals of one run together and decides as if it had not been
split: --json, --report, --workers, --executor as above, and

  --complete       compute the blocks that no journal holds

devices lists what kernels can run on here, through gpu.js, and how fast.

Exit codes
  0    every verdict as expected, every control refuted
  1    a verdict contradicts what was expected, or a control stands
  2    the command could not be understood, or a file could not be written
  3    something is undecided or incomplete
  130  interrupted; what was found so far is written, marked incomplete
`
