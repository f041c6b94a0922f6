// What no command in a sandbox may ask of the kernel: namespaces do not keep apart keys, sockets of
// a virtual machine's host, and what looks into other processes. A filter for seccomp(2).

type Arch = "x64" | "arm64";

interface Numbers {
  /** linux/audit.h */
  readonly arch: number;
  readonly socket: number;
  readonly denied: Readonly<Record<string, number>>;
}

/** The same on every architecture: asm-generic/unistd.h. */
const NEWER = { io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 };

/** arch/x86/entry/syscalls/syscall_64.tbl; include/uapi/asm-generic/unistd.h. */
const NUMBERS: Readonly<Record<Arch, Numbers>> = {
  x64: {
    arch: 0xc000003e,
    socket: 41,
    denied: {
      ...{ ptrace: 101, add_key: 248, request_key: 249, keyctl: 250, unshare: 272 },
      ...{ perf_event_open: 298, open_by_handle_at: 304, setns: 308, process_vm_readv: 310 },
      ...{ process_vm_writev: 311, bpf: 321, userfaultfd: 323, pidfd_getfd: 438, ...NEWER },
    },
  },
  arm64: {
    arch: 0xc00000b7,
    socket: 198,
    denied: {
      ...{ ptrace: 117, add_key: 217, request_key: 218, keyctl: 219, unshare: 97 },
      ...{ perf_event_open: 241, open_by_handle_at: 265, setns: 268, process_vm_readv: 270 },
      ...{ process_vm_writev: 271, bpf: 280, userfaultfd: 282, pidfd_getfd: 438, ...NEWER },
    },
  },
};

/** linux/socket.h: AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, by which libc asks for addresses. */
const SOCKET_FAMILIES = [1, 2, 10, 16];
/** errno(3): EPERM, ENOSYS, EAFNOSUPPORT. */
const [NOT_PERMITTED, NO_SUCH_CALL, NO_SUCH_FAMILY] = [1, 38, 97] as const;

/** linux/bpf_common.h: an absolute word; compare, and test bits, with a constant; return. */
const [LOAD, EQUALS, HAS_BITS, RETURN] = [0x20, 0x15, 0x45, 0x06] as const;
/** linux/seccomp.h: struct seccomp_data; the low half of the first argument. */
const [CALL_AT, ARCH_AT, ARGUMENT_AT] = [0, 4, 16] as const;
const ALLOW = 0x7fff0000;
const FAIL = 0x00050000;
/** __X32_SYSCALL_BIT: the same calls by other numbers. */
const X32_BIT = 0x40000000;

interface Step {
  readonly code: number;
  readonly value: number;
  /** How many steps are left out when it is so, and when it is not. */
  readonly skips?: readonly [number, number];
}

/** For bwrap's --seccomp. Undefined on an architecture whose numbers are not known here. */
export function syscallFilter(arch: string): Buffer | undefined {
  if (arch !== "x64" && arch !== "arm64") return undefined;
  const { arch: audit, socket, denied } = NUMBERS[arch];
  const fail = (errno: number): Step => ({ code: RETURN, value: FAIL | errno });
  const allow: Step = { code: RETURN, value: ALLOW };
  /** The next step only then. */
  const when = (value: number): Step => ({ code: EQUALS, value, skips: [0, 1] });
  const unless = (value: number): Step => ({ code: EQUALS, value, skips: [1, 0] });
  return encode([
    { code: LOAD, value: ARCH_AT },
    ...[unless(audit), fail(NO_SUCH_CALL)],
    { code: LOAD, value: CALL_AT },
    ...[{ code: HAS_BITS, value: X32_BIT, skips: [0, 1] } as const, fail(NO_SUCH_CALL)],
    ...Object.values(denied).flatMap((call) => [when(call), fail(NOT_PERMITTED)]),
    ...[unless(socket), allow],
    { code: LOAD, value: ARGUMENT_AT },
    ...SOCKET_FAMILIES.flatMap((family) => [when(family), allow]),
    fail(NO_SUCH_FAMILY),
  ]);
}

/** linux/filter.h: struct sock_filter; both architectures are little-endian. */
function encode(steps: readonly Step[]): Buffer {
  const bytes = Buffer.alloc(steps.length * 8);
  steps.forEach(({ code, value, skips: [yes, no] = [0, 0] }, index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  });
  return bytes;
}
