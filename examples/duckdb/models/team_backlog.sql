select
  a.team,
  t.priority,
  count(*) as tickets,
  sum(iff(t.solved_at is null, 1, 0))::number(18,0) as still_open,
  sum(iff(t.solved_at::date > t.opened_at::date, 1, 0))::number(18,0) as solved_next_day
from silver.tickets as t
join silver.dim_agents as a on a.agent_id = t.agent_id
group by 1, 2
