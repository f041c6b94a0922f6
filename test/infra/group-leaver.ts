// Leaves a process behind in a group of its own, with this one's stderr open; prints its pid.

const left = Bun.spawn(["sleep", "300"], {
  stdio: ["ignore", "ignore", "inherit"],
  detached: true,
});
left.unref();
console.log(left.pid);
