// Where a machine keeps keys, and what was given to others: a sandbox has none of it, and without
// one no command names it.

export const SECRET_DIRS: readonly string[] = [
  ...["/etc/ssl/private", "/etc/ssh", "/etc/kubernetes", "/etc/docker", "/etc/sudoers.d"],
  ...["/etc/letsencrypt", "/etc/pki/tls/private", "/etc/wireguard", "/etc/NetworkManager"],
  ...["/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet", "/var/lib/rancher"],
  ...["/var/lib/cloud", "/var/lib/samba/private", "/var/spool/cron", "/var/mail"],
  ...["/etc/openvpn", "/etc/ipsec.d", "/etc/ppp", "/etc/credstore", "/etc/rancher"],
  // What was in the memory of programs that crashed.
  ...["/var/lib/systemd/coredump", "/var/crash", "/var/lib/apport"],
  ...["/run/credentials", "/run/user", "/var/spool/mail"],
  ...["/etc/wpa_supplicant", "/etc/pgbouncer", "/etc/apt/auth.conf.d"],
];

export const SECRET_FILES: readonly string[] = [
  ...["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/passwd-"],
  ...["/etc/sudoers", "/etc/krb5.keytab", "/etc/security/opasswd", "/etc/mysql/debian.cnf"],
  ...["/etc/postfix/sasl_passwd", "/etc/ipsec.secrets", "/etc/apt/auth.conf", "/etc/msmtprc"],
];
