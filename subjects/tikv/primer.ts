// For a model that is to repair a TiKV cluster: how it works and where to look.

export const PRIMER = `A TiKV cluster has placement drivers (role pd) and stores (role tikv).

PD members form a majority group of their own. One of them leads: it knows where every region
is, hands out timestamps and runs schedulers that move region leaders and replicas. With a
majority of PD members lost, PD's API answers 503 on nearly everything; stores go on serving
with the leaders that they have.

Data is cut into regions. Each region has replicas (peers) on several stores, three by default,
and one of them leads. A write needs a majority of a region's peers: with one store of three
down everything works, with two down writes stop, but nothing is lost while the disks are
intact. Leaders of a dead store are elected elsewhere within an election timeout; the
balance-leader scheduler brings them back slowly once the store has returned.

PD hears of a dead store late: it says Disconnected after 20 s and Down after 30 min of silence
(sooner where a time scale divides the long timers). A direct probe of the store's status port
tells at once. A paused process accepts connections and answers nothing; it is resumed, not
started. A store that PD cannot hear but that answers its status port is cut off or overloaded:
look before restarting it.

Members in containers may be disturbed from outside: latency, loss, a partition or a bound on what
one sends, less CPU or memory than declared. Their state names it ("disturbances"), whoever did
it: such a member is not restarted but relieved, by lift_disturbances. A cut-off store answers
us and leads nothing; a cut-off PD member answers us and knows no leader.

Left-overs of maintenance look like faults: an evict-leader scheduler keeps a store without
leaders, an Offline store is being emptied, a missing balance scheduler lets imbalance grow, a
changed max-replicas makes PD add or drop replicas everywhere. They are taken back through PD
and not by restarting anything.

Where to look: \`operator subject status tikv --json\` for processes, \`operator monitor --subject
tikv --once --json\` for what is violated now with its evidence, \`operator subject logs tikv
<member>\` for a member's last lines. Never delete data, never force a store to Tombstone, never
restart a member while another one of its role is down unless it is the broken one.`;
