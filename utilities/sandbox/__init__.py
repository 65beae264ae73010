"""How untrusted programs are run: a pool of pre-forking zygotes behind namespaces, Landlock and seccomp.

The one door is `utilities/code_execution.py`; nothing else imports from here. Who does what:

- `pool`       takes jobs from any thread or asyncio task and hands each to a free worker; holds no answers.
- `worker`     the parent's side of one zygote: start it, give it a job, read the results, end it.
- `tiers`      the isolation back ends, and the canary attacks that decide which of them a machine offers.
- `zygote`     a small interpreter, already locked in, that forks one child per program and never reads a job.
- `child`      locks itself further, then runs one program on its grids.
- `kernel`     the system calls behind all this (prctl, Landlock, seccomp), for Linux on x86_64 and aarch64.
- `conversion` what stands for a grid.
- `protocol`   what the parent and the child say to each other.

Not covered: side channels (timing, caches), bugs of the kernel itself, and on the weaker tiers what `tiers` lists.
"""
