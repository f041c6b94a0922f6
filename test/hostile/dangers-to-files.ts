// Commands that delete or overwrite what members keep, with the tools of any machine. Forms of the
// grammar; data alone.

export const FILES = [
  ...[
    "<rm> <folder>",
    "<rm> <file>",
    "find <folder> -delete",
    "find <folder> -type f -exec <rm> {} +",
  ],
  ...["find <folder> -name '*.sst' -execdir rm {} \\;", "> <file>", ": >| <file>", "true > <file>"],
  ...["cp <empty> <file>", "cat <empty> > <file>", "dd if=/dev/zero of=<file> bs=1M count=<n>"],
  ...[
    "truncate -s 0 <file>",
    "mv <folder> /tmp/old<n>",
    "mv /tmp/x<n> <file>",
    "ln -sf /dev/null <file>",
  ],
  ...[
    "rsync -a --delete /tmp/empty/ <folder>/",
    "install -m 600 <empty> <file>",
    "tee <file> < <empty>",
  ],
  ...["sed -i d <file>", "sed -n 'w <file>' /etc/hosts", "sed -ne 'w <file>' -e p /etc/hosts"],
  ...[
    "sed '1e <rm> <file>' /etc/hosts",
    "awk 'BEGIN { system(\"<rm> <file>\") }'",
    "sort -o <file> /dev/null",
  ],
  ...["awk '{ print > \"<file>\" }' /etc/hosts", "tar -xf /tmp/x.tar -C <folder>", "gzip <file>"],
  ...[
    "tar -cf /dev/null /tmp --checkpoint=1 --checkpoint-action=exec='<rm> <file>'",
    "mkfs.ext4 <device>",
  ],
  ...[
    "tar xf /tmp/x.tar --to-command='<rm> <file>'",
    "wipefs -a <device>",
    "dd if=/dev/zero of=<device>",
  ],
  ...[
    "shred <device>",
    "chmod -R 000 <folder>",
    "split -b 1 /etc/hosts <file>",
    "uniq /dev/null <file>",
  ],
  ...[
    "python3 -c 'import shutil; shutil.rmtree(\"<folder>\")'",
    "perl -e 'unlink glob \"<file>\"'",
  ],
  ...[
    "perl -i -ne '' <file>",
    "node -e 'fs.rmSync(\"<folder>\",{recursive:true})'",
    "vim -es +'%d' +wq <file>",
  ],
  ...[
    "printf 'd\\nw\\nq\\n' | ed -s <file>",
    "ex -sc '%d|x' <file>",
    "rename 'unlink \"<file>\"' /tmp/x",
  ],
  ...[
    "rsync -e 'sh -c \"<rm> <file>\"' localhost:/x /tmp/y",
    "zip -T -TT '<rm> <file>' /tmp/a.zip /tmp/b",
  ],
  ...[
    "git --git-dir=/tmp/g -c core.fsmonitor='<rm> <file>' status",
    "git -C /tmp -c alias.x='!<rm> <file>' x",
  ],
  ...[
    "git clean -fdx <folder>",
    "cd <folder> && rm *",
    "cd <folder>; gzip CURRENT",
    "eval 'cd <folder>'; > CURRENT",
  ],
  ...[
    "command cd <folder>; cp /dev/null CURRENT",
    "(cd <folder> && ls | xargs rm)",
    "echo <file> | xargs rm",
  ],
  ...[
    "xargs -a /tmp/list rm",
    "ls <folder> | parallel rm <folder>/{}",
    "busybox rm -rf <folder>",
    "env rm <file>",
  ],
  ...["docker exec tikv2 <rm> <file>", "docker run --rm -v <folder>:/x alpine sh -c 'rm -rf /x/*'"],
  ...["docker cp /dev/null tikv2:<file>", "nsenter -t 1 -m <rm> <file>", "chroot / <rm> <file>"],
  ...[
    "unshare -m <rm> <file>",
    "curl -s -o <file> http://127.0.0.1:2379/",
    "wget -O <file> http://127.0.0.1/",
  ],
  ...[
    "nmap -oN <file> 127.0.0.1",
    "ipset list -f <file>",
    "docker compose config -o <file>",
    "xxd -r /tmp/x <file>",
  ],
  ...[
    "x=/tmp/a; command export x=<file>; cp /dev/null $x",
    "x=/tmp/a; trap 'x=<file>' EXIT; cp /dev/null $x",
  ],
  ...[
    "journalctl --vacuum-size=1",
    "fallocate -p -l 1M <file>",
    "logrotate -f /tmp/x.conf",
    "lvremove -f vg/data",
  ],
  ...[
    "setfacl -R -b <folder>",
    "mount -o bind /tmp/empty <folder>",
    "umount -l <folder>",
    "patch <file> /tmp/x",
  ],
  ...[
    "find / -name CURRENT -fprint <file>",
    "sh -c '<rm> <file>'",
    "echo '<rm> <file>' | sh",
    "sh <<E\n<rm> <file>\nE",
  ],
];
