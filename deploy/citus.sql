-- The database of the events on Citus: each organisation's rows lie together on one of its nodes, and nothing that the platform asks or writes
-- crosses organisations, but for the list of them that `rebuild --all-organisations` begins with. For one database that outgrows a machine;
-- several clusters side by side need no Citus (TUSSENRUIMTE_PLACEMENT).
--
--     create extension citus;       -- 11.2 or later: from there on a transaction's isolation reaches the nodes
--     tussenruimte migrate          -- as the owner: TUSSENRUIMTE_OWNER
--     psql --file=deploy/citus.sql  -- against the coordinator, to which the platform connects too
--
-- Policies of row-level security go along to the nodes, which have to hear as well of the organisation that a transaction is set to:
-- `alter role tussenruimte set citus.propagate_set_commands = 'local'`. A node that does not hear of it shows no rows.
--
-- Again after each update that makes tables: of those that are distributed already Citus says so, and leaves them as they are. The key store
-- has a row for each person, and stays on a PostgreSQL of its own.
--
-- Every primary key and unique index begins with the organisation, there are no foreign keys, sequences or triggers, and every table stands
-- here: that is tested on the catalogue of PostgreSQL. Citus itself was not run.

select create_distributed_table('events', 'organisation');
select create_distributed_table('locks', 'organisation', colocate_with => 'events');
select create_distributed_table('hangs', 'organisation', colocate_with => 'events');
select create_distributed_table('tokens', 'organisation', colocate_with => 'events');
select create_distributed_table('roster', 'organisation', colocate_with => 'events');
select create_distributed_table('grants', 'organisation', colocate_with => 'events');
select create_distributed_table('tracking', 'organisation', colocate_with => 'events');
select create_distributed_table('generations', 'organisation', colocate_with => 'events');
select create_distributed_table('announced', 'organisation', colocate_with => 'events');
select create_distributed_table('settings', 'organisation', colocate_with => 'events');
select create_distributed_table('reminders', 'organisation', colocate_with => 'events');
select create_distributed_table('erasures', 'organisation', colocate_with => 'events');
select create_distributed_table('dead_epochs', 'organisation', colocate_with => 'events');
select create_distributed_table('tiles', 'organisation', colocate_with => 'events');
select create_distributed_table('checkpoints', 'organisation', colocate_with => 'events');
select create_distributed_table('accesses', 'organisation', colocate_with => 'events');
select create_distributed_table('projects', 'organisation', colocate_with => 'events');
select create_distributed_table('releases', 'organisation', colocate_with => 'events');
select create_distributed_table('revisions', 'organisation', colocate_with => 'events');
select create_distributed_table('handed', 'organisation', colocate_with => 'events');
select create_distributed_table('census_units', 'organisation', colocate_with => 'events');
select create_distributed_table('census_told', 'organisation', colocate_with => 'events');
select create_distributed_table('census_editions', 'organisation', colocate_with => 'events');
select create_distributed_table('entries_v7', 'organisation', colocate_with => 'events');
select create_distributed_table('relationships_v7', 'organisation', colocate_with => 'events');
select create_distributed_table('members_v7', 'organisation', colocate_with => 'events');
select create_distributed_table('participants_v7', 'organisation', colocate_with => 'events');
select create_distributed_table('joins_v7', 'organisation', colocate_with => 'events');
select create_distributed_table('initiatives_v7', 'organisation', colocate_with => 'events');
select create_distributed_table('appointments_v7', 'organisation', colocate_with => 'events');
select create_distributed_table('trajectories_v2', 'organisation', colocate_with => 'events');
select create_distributed_table('moves_v2', 'organisation', colocate_with => 'events');
select create_distributed_table('lenses_v2', 'organisation', colocate_with => 'events');
select create_distributed_table('attention_v1', 'organisation', colocate_with => 'events');
select create_distributed_table('set_aside_v1', 'organisation', colocate_with => 'events');

-- One row that all nodes read: the version of the tables.
select create_reference_table('facts');
