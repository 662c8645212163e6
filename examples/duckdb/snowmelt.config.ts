import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'helpdesk',
  source: { kind: 'duckdb', database: 'helpdesk.duckdb', schema: 'desk' },
  bronze: {
    agents: {
      table: 'agents',
      mode: 'full',
      key: ['agent_id'],
      columns: {
        agent_id: { type: 'NUMBER(10,0)', source: 'id' },
        name: 'VARCHAR',
        team: 'VARCHAR',
        profile: 'VARIANT',
      },
    },
    // A view that says when a ticket was last changed; opened and solved, it comes twice, and silver keeps the latest.
    tickets: {
      table: 'ticket_changes',
      mode: 'window',
      watermark: 'changed_at',
      key: ['ticket_id'],
      columns: {
        ticket_id: { type: 'NUMBER(18,0)', source: 'id' },
        agent_id: 'NUMBER(10,0)',
        priority: 'VARCHAR',
        opened_at: 'TIMESTAMP_NTZ',
        solved_at: 'TIMESTAMP_NTZ',
        changed_at: 'TIMESTAMP_NTZ',
      },
    },
    // DuckDB SQL, for what should not leave the database row by row.
    workload: {
      query: 'SELECT agent_id, count(*) AS tickets, count(solved_at) AS solved FROM tickets GROUP BY ALL',
      mode: 'full',
      columns: { agent_id: 'NUMBER(10,0)', tickets: 'NUMBER(18,0)', solved: 'NUMBER(18,0)' },
    },
  },
  silver: {
    dim_agents: {
      kind: 'snapshot',
      from: 'bronze.agents',
      key: ['agent_id'],
      columns: { agent_id: { type: 'NUMBER(10,0)' }, name: { type: 'VARCHAR', trim: true }, team: { type: 'VARCHAR' } },
    },
    tickets: {
      kind: 'snapshot',
      from: 'bronze.tickets',
      key: ['ticket_id'],
      version: 'changed_at',
      columns: {
        ticket_id: { type: 'NUMBER(18,0)' },
        agent_id: { type: 'NUMBER(10,0)', required: true },
        priority: { type: 'VARCHAR', trim: true, case: 'lower', nullIf: [''], default: 'normal', accepted: ['low', 'normal', 'high'] },
        opened_at: { type: 'TIMESTAMP_NTZ', required: true },
        solved_at: { type: 'TIMESTAMP_NTZ' },
        changed_at: { type: 'TIMESTAMP_NTZ', required: true },
      },
    },
  },
  gold: { team_backlog: { kind: 'snapshot', key: ['team', 'priority'], sql: 'models/team_backlog.sql' } },
});
