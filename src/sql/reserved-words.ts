/**
 * Words that Doris reserves: as a name they need backquotes. Statements are rehearsed here before they run there, so
 * a bare name that Doris refuses is refused here too. `full` is left out: it is the one value of the property `type`.
 */
const WORDS = `
  account_lock account_unlock add admin all alter analyze and anti append as asc auto backend between bigint binary
  binlog by cancel case cast collate column constraint create cross cube current database databases decommission
  default delete desc describe disk distinct distributed distribution div double drop duplicate else except execute
  exists explain export extended extract false float follower following for force foreign from frontend functions
  grant grants group having hll if in index infile inner insert install int integer intermediate intersect interval
  into is join key keys kill largeint lateral left like limit list load match maxvalue minus natural not null
  observer on or order outer outfile over overwrite partition preceding prepare primary procedure range read real
  rebalance references regexp release rename repair replica revoke right role roles row rows schemas select semi set
  sets show signed smallint superuser switch sync system table tablesample tablet tablets terminated then tinyint to
  trash trim true unbounded uninstall union unique unsigned update use using values when where whitelist with
  workload write xor`;

/** In upper case. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(WORDS.trim().toUpperCase().split(/\s+/));
