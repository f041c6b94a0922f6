// The errors of PD's API in its text format, `[RFC code]message` (errors.toml of tikv/pd).

export const ERRORS = {
  notBootstrapped:
    "[PD:cluster:ErrNotBootstrapped]TiKV cluster not bootstrapped, please start TiKV first",
  redirect: "[PD:apiutil:ErrRedirect]redirect failed",
  redirectNoLeader: "[PD:apiutil:ErrRedirectNoLeader]redirect finds no leader",
  redirectToNotLeader: "[PD:apiutil:ErrRedirectToNotLeader]redirect to not leader",
  leaderNil: "[PD:server:ErrLeaderNil]leader is nil",
  moveLeader: "[PD:etcd:ErrEtcdMoveLeader]etcd move leader error",
  transactionConflict:
    "[PD:etcd:ErrEtcdTxnConflict]etcd transaction failed, conflicted and rolled back",
  transactionInternal: "[PD:etcd:ErrEtcdTxnInternal]internal etcd transaction error occurred",
  operatorNotFound: "[PD:operator:ErrOperatorNotFound]operator not found",
  addOperator: "[PD:operator:ErrAddOperator]failed to add operator, maybe already have one",
  schedulerNotFound: "[PD:scheduler:ErrSchedulerNotFound]scheduler not found",
  schedulerExisted: "[PD:scheduler:ErrSchedulerExisted]scheduler existed",
  placementDisabled: "placement rules feature is disabled",
  sendRequest: (status: number) => `[PD:http:ErrSendRequest]send HTTP request failed: ${status}`,
  storeNotFound: (id: number) => `[PD:core:ErrStoreNotFound]store ${id} not found`,
  storeRemoved: (id: number) => `[PD:core:ErrStoreRemoved]store ${id} has been removed`,
  storeDestroyed: (id: number) =>
    `[PD:core:ErrStoreDestroyed]store ${id} has been physically destroyed`,
  storeUnhealthy: (id: number) => `[PD:core:ErrStoreUnhealthy]store ${id} is unhealthy`,
  storesNotEnough: (shortage: { id: number; up: number; need: number }) =>
    `[PD:core:ErrStoresNotEnough]can not remove store ${shortage.id} since the number of ` +
    `up stores would be ${shortage.up} while need ${shortage.need}`,
  regionNotFound: (id: number) => `[PD:region:ErrRegionNotFound]region ${id} not found`,
} as const;
