/** How much memory new processes can have: what the machine has left, or the container's limit when that is less. */

/** Where the kernel tells of a container's memory, by version of cgroups. */
const containers = [
  {
    limit: "/sys/fs/cgroup/memory.max",
    used: "/sys/fs/cgroup/memory.current",
    details: "/sys/fs/cgroup/memory.stat",
    reclaimable: /^inactive_file (\d+)$/m,
  },
  {
    limit: "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    used: "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    details: "/sys/fs/cgroup/memory/memory.stat",
    reclaimable: /^total_inactive_file (\d+)$/m,
  },
];

/**
 * In MB; Infinity where nobody tells.
 * @param read a file's content, undefined when it is not there.
 */
export function availableMemory(read: (file: string) => string | undefined): number {
  const machine = /^MemAvailable:\s+(\d+) kB$/m.exec(read("/proc/meminfo") ?? "")?.[1];
  const left = containers.map(({ limit, used, details, reclaimable }) => {
    const most = Number(read(limit) ?? NaN);
    // "max", or a version that this kernel does not use.
    if (!Number.isFinite(most)) return Infinity;
    const cached = Number(reclaimable.exec(read(details) ?? "")?.[1] ?? 0);
    return (most - Number(read(used) ?? 0) + cached) / 1e6;
  });
  return Math.min(machine === undefined ? Infinity : (Number(machine) * 1024) / 1e6, ...left);
}
