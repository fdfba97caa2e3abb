-- Everything that the current user owns in the schema in which Zato keeps its tables.
do $$
declare
    one record;
begin
    for one in
        select format('drop %s if exists %I.%I cascade',
            case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end,
            nspname, relname) as statement, relkind = 'S' as late
        from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where nspname = 'public' and relkind in ('r', 'p', 'v', 'm', 'S') and pg_get_userbyid(relowner) = current_user
        union all
        select format('drop type if exists %I.%I cascade', nspname, typname), true
        from pg_type join pg_namespace on pg_namespace.oid = typnamespace
        where nspname = 'public' and typtype in ('e', 'd') and pg_get_userbyid(typowner) = current_user
        order by late
    loop
        execute one.statement;
    end loop;
end
$$;
