"""What hostile programs try, as source text: `attack()` gives True when it got through, and False or an error otherwise.

Each is put behind PRELUDE, which knows what the test has laid out as bait: a secret in a file, in the environment and
in a grid, listening sockets, and the parent's process id. The secret is spelled backwards, so that a program that finds
it has not merely found itself.
"""

import textwrap

PRELUDE = """
import os, sys
SECRET = {secret!r}[::-1]
FILE, PARENT, PORT, SOCKET, ROOT = {file!r}, {parent!r}, {port!r}, {socket!r}, {root!r}
HIDDEN = [[int(c) for c in row] for row in {hidden!r}]
def holds(text):
    return SECRET in (text.decode("latin-1") if isinstance(text, bytes) else str(text))
def slurp(path):
    with open(path, "rb") as file:
        return file.read()
def solve_task(grid):
    try:
        return [[9]] if attack() else [[0]]
    except BaseException as error:
        print(type(error).__name__, error)
        return [[0]]
"""
MISTAKES = ("NameError", "SyntaxError", "TypeError", "AttributeError", "IndexError", "KeyError")
"""An attack that stops at one of these was not tried at all."""

READING = {
    "a file with a secret": "return holds(slurp(FILE))",
    "a file with a secret, by os.open": "return holds(os.read(os.open(FILE, os.O_RDONLY), 1000))",
    "the repository": "return bool(slurp(ROOT + '/pyproject.toml'))",
    "the rest of our code": "import utilities.code_execution; return True",
    "the settings": "import utilities.config; return True",
    "the environment": "return any(map(holds, os.environ.values()))",
    "its own environment as bytes": "return any(map(holds, os.environb.values()))",
    "the environment in C": """
        import ctypes
        environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
        at = 0
        while environ[at]:
            if holds(environ[at]):
                return True
            at += 1
    """,
    "every /proc environ": """
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit():
                found.append(slurp(f"/proc/{name}/environ"))
        return bool(found)
    """,
    "the parent's environ": "return holds(slurp(f'/proc/{PARENT}/environ'))",
    "its own environ in /proc": "return bool(slurp('/proc/self/environ'))",
    "its own memory": "return bool(os.open('/proc/self/mem', os.O_RDONLY))",
    "the zygote's memory": "return bool(os.open(f'/proc/{os.getppid()}/mem', os.O_RDWR))",
    "the parent's memory": "return bool(os.open(f'/proc/{PARENT}/mem', os.O_RDONLY))",
    "the parent's memory map": "return bool(slurp(f'/proc/{PARENT}/maps'))",
    "the parent's descriptors": "return bool(os.listdir(f'/proc/{PARENT}/fd'))",
    "the password file": "return bool(slurp('/etc/passwd'))",
    "the root's home": "return bool(os.listdir('/root'))",
    "all homes": "return bool(os.listdir('/home') or True)",
    "temporary files": "return os.listdir('/tmp') is not None",
    "the disk": "return any(os.open(path, os.O_RDONLY) for path in ('/dev/sda', '/dev/vda', '/dev/mem', '/dev/kmsg'))",
    "frames": """
        frame = sys._getframe()
        while frame:
            for names in (frame.f_locals, frame.f_globals):
                for name, value in list(names.items()):
                    if name != "SECRET" and isinstance(value, (str, bytes)) and holds(value):
                        return True
            frame = frame.f_back
    """,
    "all objects, for the secret": """
        import gc
        def strings(value):
            if isinstance(value, (str, bytes)):
                yield value
            elif isinstance(value, dict):
                for key, item in list(value.items()):
                    if key != "SECRET":
                        yield from strings(key)
                        yield from strings(item) if isinstance(item, (str, bytes)) else ()
            elif isinstance(value, (list, tuple, set, frozenset)):
                for item in list(value):
                    if isinstance(item, (str, bytes)):
                        yield item
        return any(holds(text) for value in gc.get_objects() for text in strings(value))
    """,
    "all objects, for the expected output": """
        import gc
        mine = HIDDEN
        return any(value is not mine and type(value) is list and value == mine for value in gc.get_objects())
    """,
    "all subclasses": """
        names = {kind.__name__ for kind in object.__subclasses__()}
        return bool(names & {"Pool", "Task", "Pair", "Zygote"})
    """,
    "the jobs of others": """
        import gc
        return any(type(value) is bytes and b"EARLIER" + b"-PROGRAM" in value for value in gc.get_objects())
    """,
    "reloading our modules": """
        import importlib
        for name in list(sys.modules):
            if name.startswith("utilities"):
                importlib.reload(sys.modules[name])
        import utilities.code_execution
        return True
    """,
}

NETWORK = {
    "TCP": """
        import socket
        socket.create_connection(("127.0.0.1", PORT), timeout=0.2)
        return True
    """,
    "TCP over IPv6": "import socket; return bool(socket.socket(socket.AF_INET6))",
    "UDP": """
        import socket
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", PORT)) > 0
    """,
    "a Unix socket": "import socket; socket.socket(socket.AF_UNIX).connect(SOCKET); return True",
    "an abstract Unix socket": """
        import socket
        socket.socket(socket.AF_UNIX).connect("\\0" + SOCKET)
        return True
    """,
    "a pair of sockets": "import socket; return bool(socket.socketpair())",
    "netlink": "import socket; return bool(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))",
    "raw packets": "import socket; return bool(socket.socket(socket.AF_PACKET, socket.SOCK_RAW))",
    "a vsock": "import socket; return bool(socket.socket(socket.AF_VSOCK))",
    "DNS": "import socket; return bool(socket.getaddrinfo('example.org', 80))",
    "HTTP": "import urllib.request; return bool(urllib.request.urlopen(f'http://127.0.0.1:{PORT}', timeout=0.2))",
    "asyncio": "import asyncio; return bool(asyncio.new_event_loop())",
}

WRITING = {
    "a file in /tmp": "open('/tmp/arc-left-behind', 'w').write('x'); return True",
    "a file in shared memory": "open('/dev/shm/arc-left-behind', 'w').write('x'); return True",
    "a file here": "open('arc-left-behind', 'w').write('x'); return True",
    "an append": "open(FILE, 'a').write('x'); return True",
    "an update": "open(FILE, 'r+').write('x'); return True",
    "a temporary file": "import tempfile; tempfile.TemporaryFile().write(b'x'); return True",
    "an unnamed file": "os.open('/tmp', os.O_TMPFILE | os.O_RDWR); return True",
    "a memory file": "os.memfd_create('arc'); return True",
    "shared memory": """
        from multiprocessing import shared_memory
        return bool(shared_memory.SharedMemory(create=True, size=1000))
    """,
    "a folder": "os.mkdir('/tmp/arc-left-behind'); return True",
    "a link": "os.symlink('/etc', '/tmp/arc-left-behind'); return True",
    "a hard link": "os.link(FILE, FILE + '-arc-left-behind'); return True",
    "a pipe file": "os.mkfifo('/tmp/arc-left-behind'); return True",
    "a device": "os.mknod('/tmp/arc-left-behind', 0o600 | 0o020000, os.makedev(1, 3)); return True",
    "a removal": "os.unlink(FILE); return True",
    "a renaming": "os.rename(FILE, FILE + '-arc-left-behind'); return True",
    "a truncation": "os.truncate(FILE, 0); return True",
    "a change of mode": "os.chmod(FILE, 0o777); return True",
    "a change of times": "os.utime(FILE, (0, 0)); return True",
    "an attribute": "os.setxattr(FILE, 'user.arc', b'x'); return True",
    "the interpreter's library": "open(os.__file__, 'a').write('x'); return True",
    "our own code": "open(ROOT + '/utilities/sandbox/child.py', 'a').write('x'); return True",
    "a mount": """
        import ctypes
        return ctypes.CDLL(None).mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0
    """,
    "another root": "os.chroot('/tmp'); return True",
    "another folder": "os.chdir('/tmp'); return True",
}

PROCESSES = {
    "fork": """
        if os.fork() == 0:
            os._exit(0)
        return True
    """,
    "a fork bomb": """
        while True:
            os.fork()
    """,
    "vfork": "import ctypes; return ctypes.CDLL(None).vfork() >= 0",
    "a thread": "import _thread; _thread.start_new_thread(print, ()); return True",
    "threading": "import threading; threading.Thread(target=print).start(); return True",
    "a thread pool": """
        from concurrent.futures import ThreadPoolExecutor
        return ThreadPoolExecutor(1).submit(int).result() == 0
    """,
    "a process pool": "import multiprocessing; return bool(multiprocessing.Pool(1))",
    "subprocess": "import subprocess; return subprocess.run(['/bin/true']).returncode == 0",
    "system": "return os.system('true') == 0",
    "a pipe to a program": "return os.popen('echo x').read() == 'x\\n'",
    "spawn": "return os.posix_spawn('/bin/true', ['true'], {}) > 0",
    "exec": "os.execv('/bin/true', ['true'])",
    "exec of the interpreter": "os.execv(sys.executable, [sys.executable, '-c', ''])",
    "a pseudo-terminal": "import pty; return bool(pty.openpty())",
}

SIGNALS = {
    "to everyone": "os.kill(-1, 9); return True",
    "to its group": "os.kill(0, 9); return True",
    "to its group by name": "os.killpg(os.getpgid(0), 9); return True",
    "to the zygote": "os.kill(os.getppid(), 9); return True",
    "to the zygote, harmless": "os.kill(os.getppid(), 0); return True",
    "to the first process": "os.kill(1, 9); return True",
    "to the parent": "os.kill(PARENT, 0); return True",
    "to siblings": """
        def sent(pid):
            try:
                os.kill(pid, 0)
            except OSError:
                return False
            return pid != os.getpid()
        return any(map(sent, range(1, 300)))
    """,
    "by descriptor": "import signal; signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9); return True",
    "by F_SETOWN": "import fcntl; fcntl.fcntl(3, fcntl.F_SETOWN, os.getppid()); return True",
    "by F_SETSIG": "import fcntl; fcntl.fcntl(3, 10, 9); return True",
    "by FASYNC": "import fcntl; fcntl.fcntl(3, fcntl.F_SETFL, os.O_ASYNC); return True",
    "by all three": """
        import fcntl
        for command, value in ((fcntl.F_SETOWN, os.getppid()), (10, 9), (fcntl.F_SETFL, os.O_ASYNC)):
            try:
                fcntl.fcntl(3, command, value)
            except OSError:
                pass
        os.write(3, b"")
        return fcntl.fcntl(3, fcntl.F_GETFL) & os.O_ASYNC
    """,
    "by a lease": "import fcntl; fcntl.fcntl(0, fcntl.F_SETLEASE, 0); return True",
    "by a file notice": "import fcntl; fcntl.fcntl(0, fcntl.F_NOTIFY, 1); return True",
}

LIMITS = {
    "more memory": """
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
        return True
    """,
    "more of its own limits": """
        import resource
        resource.prlimit(0, resource.RLIMIT_CPU, (-1, -1))
        return True
    """,
    "the zygote's limits": "import resource; return bool(resource.prlimit(os.getppid(), resource.RLIMIT_AS))",
    "priority": "os.nice(-5); return True",
    "another core": "os.sched_setaffinity(0, {0}); return True",
    "real time": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)); return True",
    "another user": "os.setuid(0); return True",
    "groups": "os.setgroups([0]); return True",
    "no death signal": "import ctypes; return ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0",
    "being debugged": "import ctypes; return ctypes.CDLL(None).prctl(4, 1, 0, 0, 0) == 0",
    "descriptors": """
        def is_open(number):
            try:
                os.fstat(number)
            except OSError:
                return False
            return True
        return any(map(is_open, range(4, 2000)))
    """,
    "the control socket": """
        import gc
        sent = 0
        for value in gc.get_objects():
            if type(value).__name__ == "socket":
                sent += value.send(b"?")
        return sent
    """,
    "blocking flags of the channel": "os.set_blocking(3, False); return True",
}

BLOCKED = {
    f"{kind}: {name}": body
    for kind, bodies in (
        ("reading", READING),
        ("network", NETWORK),
        ("writing", WRITING),
        ("processes", PROCESSES),
        ("signals", SIGNALS),
        ("limits", LIMITS),
    )
    for name, body in bodies.items()
}

RAW_CALLS = """
    41 socket, 46 sendmsg, 47 recvmsg, 53 socketpair, 29 shmget, 30 shmat, 40 sendfile, 56 clone, 57 fork, 58 vfork,
    59 execve, 62 kill, 64 semget, 68 msgget, 72 fcntl, 76 truncate, 77 ftruncate, 80 chdir, 82 rename, 83 mkdir,
    85 creat, 87 unlink, 90 chmod, 101 ptrace, 105 setuid, 112 setsid, 126 capset, 129 rt_sigqueueinfo,
    135 personality, 141 setpriority, 155 pivot_root, 157 prctl, 160 setrlimit, 161 chroot, 165 mount, 166 umount2,
    169 reboot, 175 init_module, 200 tkill, 203 sched_setaffinity, 206 io_setup, 234 tgkill, 237 mbind, 240 mq_open,
    246 kexec_load, 248 add_key, 250 keyctl, 253 inotify_init, 272 unshare, 275 splice, 278 vmsplice,
    282 signalfd, 283 timerfd_create, 284 eventfd, 291 epoll_create1, 297 rt_tgsigqueueinfo, 298 perf_event_open,
    300 fanotify_init, 303 name_to_handle_at, 304 open_by_handle_at, 308 setns, 310 process_vm_readv,
    311 process_vm_writev, 312 kcmp, 313 finit_module, 317 seccomp, 319 memfd_create, 321 bpf, 322 execveat,
    323 userfaultfd, 326 copy_file_range, 329 pkey_mprotect, 424 pidfd_send_signal, 425 io_uring_setup,
    428 open_tree, 429 move_mount, 430 fsopen, 434 pidfd_open, 435 clone3, 437 openat2, 438 pidfd_getfd,
    440 process_madvise, 442 mount_setattr, 444 landlock_create_ruleset, 447 memfd_secret, 452 fchmodat2
"""
"""System calls of x86_64 that must answer EPERM or ENOSYS, whatever their arguments."""


def blocked_program(body: str, **bait: object) -> str:
    """The whole program of one attack."""
    return (
        PRELUDE.format(**bait)
        + "def attack():\n"
        + textwrap.indent(textwrap.dedent(body).strip(), "    ")
        + "\n"
    )


def raw_program() -> str:
    """A program that tries RAW_CALLS and prints those that got through."""
    calls = {int(call.split()[0]): call.split()[1] for call in RAW_CALLS.replace("\n", " ").split(",")}
    return f"""
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def solve_task(grid):
    through = 0
    for number, name in {calls}.items():
        result = libc.syscall(number, 0, 0, 0, 0, 0, 0)
        if result != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            print(name, result, ctypes.get_errno())
            through += 1
    return [[min(through, 9)]]
"""
