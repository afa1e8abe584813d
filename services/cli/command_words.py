"""What the commands against a running stack say, in Chinese and in English, one mapping a group; knows no command."""

from __future__ import annotations

from typing import Final

from shared.words import Words

_CONNECTION: Final = {
    "stack_not_running": Words(
        "数据目录 {folder} 中没有正在运行的服务。请先用 plumbline up 启动，或用 --data 指定其目录。",
        "Nothing is running in the data folder {folder}: start it with `plumbline up`, or name its folder with --data.",
    ),
    "stack_not_ready": Words(
        "数据目录 {folder} 中的服务还没有就绪，请稍候再试。",
        "What runs in the data folder {folder} is not ready yet: try again in a moment.",
    ),
    "stack_of_another": Words(
        "数据目录 {folder} 属于另一个用户，不能读取其令牌。",
        "The data folder {folder} is another user's: its token cannot be read.",
    ),
    "token_missing": Words(
        "指定了地址，还需要在 {variable} 中给出令牌。", "With addresses given, {variable} must hold a token."
    ),
    "addresses_missing": Words(
        '需要在 {variable} 中给出各服务的地址，如 {{"directory": "主机:端口"}}。',
        '{variable} must say where the services are, as JSON such as {{"directory": "host:port"}}.',
    ),
    "addresses_unreadable": Words(
        '{variable} 应为 JSON，如 {{"directory": "主机：端口"}}。',
        '{variable} must be JSON such as {{"directory": "host:port"}}.',
    ),
    "service_not_named": Words("{variable} 中没有 {service} 的地址。", "{variable} names no address for {service}."),
    "bus_not_named": Words(
        "需要在 {variable} 中给出消息总线的地址。", "{variable} must hold the address of the event bus."
    ),
    "failed.unavailable": Words("服务没有应答，请稍候再试。", "The service does not answer: try again in a moment."),
    "failed.too_slow": Words("服务没有在时限内答复。", "The service did not answer in time."),
    "failed.other": Words("调用失败（{status}）：{cause}", "The call failed ({status}): {cause}"),
    "refused": Words("{sentence} [{reason}]", "{sentence} [{reason}]"),
    "refused.faults": Words("共 {count} 处，以下列出 {shown} 处：", "{count} in all, {shown} of them here:"),
    "refused.line": Words("行", "Line"),
    "refused.field": Words("列", "Field"),
    "refused.fault": Words("问题", "Fault"),
    "refused.detail": Words("详情", "Details"),
    "file_unreadable": Words("不能读取 {file}：{cause}", "{file} cannot be read: {cause}"),
    "file_refused": Words("{file} 有错误，未发送。", "{file} has faults; nothing was sent."),
    "more": Words("还有更多；用 --limit 加大条数。", "There are more; raise --limit."),
    "no_such_tenant": Words("没有机构 {tenant}。", "There is no tenant {tenant}."),
    "no_units": Words(
        "还没有单位。请先用 plumbline units import 导入。",
        "There are no units yet: plant them with `plumbline units import`.",
    ),
    "none": Words("没有。", "There are none."),
    "option.limit": Words("最多显示的条数", "How many to show at most"),
    "option.only_unit": Words("只看本单位，不含下级", "This unit alone, without those below"),
    "option.campaign": Words("活动", "The campaign"),
    "column.unit": Words("单位", "Unit"),
    "column.code": Words("代码", "Code"),
    "column.level": Words("层级", "Level"),
    "column.time": Words("时间（UTC）", "Time (UTC)"),
    "column.name": Words("名称", "Name"),
    "column.path": Words("路径", "Path"),
    "column.tenant": Words("机构", "Tenant"),
    "column.id": Words("标识", "Id"),
    "column.service": Words("服务", "Service"),
    "column.type": Words("类型", "Type"),
    "column.state": Words("状态", "State"),
    "column.reason": Words("原因", "Reason"),
}

_UNITS: Final = {
    "units.help": Words("单位：导入、查看", "Units: import and look"),
    "units.import.help": Words(
        "从 code,parent,name 表（CSV，可为 gzip）导入整棵树，全有或全无",
        "Plant a whole tree from a list code,parent,name (CSV, may be gzip), all or nothing",
    ),
    "units.import.file": Words("单位表", "The list of units"),
    "units.import.root_code": Words("根单位代码", "Code of the root"),
    "units.import.root_name": Words("根单位名称", "Name of the root"),
    "units.import.levels": Words("从根起各层级的名称，以逗号分隔", "Names of the levels from the root, with commas"),
    "units.import.tenant_level": Words("在此层级设立机构", "Units of this level are founded as tenants"),
    "units.import.sending": Words("正在发送", "Sending"),
    "units.imported": Words(
        "已导入 {units} 个单位，设立 {tenants} 个机构；根单位 {name}（{id}）。",
        "{units} units planted, {tenants} tenants founded; the root is {name} ({id}).",
    ),
    "units.show.help": Words("查看一个单位", "Show one unit"),
    "units.list.help": Words("列出直接下级单位", "List the units directly below"),
    "units.option.parent": Words("上级单位代码；默认为最上层", "Code of the unit above; the top if left out"),
    "units.code": Words("单位代码", "The unit's code"),
}

_ROLLUP: Final = {
    "rollup.help": Words("汇总：表与核对", "Roll-ups: tables and their check"),
    "rollup.table.help": Words("一个单位及其下级的汇总表", "Figures of a unit and of those below it"),
    "rollup.table.unit": Words(
        "单位代码；默认为权限范围的最上层", "The unit's code; the top of your scope if left out"
    ),
    "rollup.table.level": Words("各行的层级；默认为直接下级", "Level of the rows; directly below if left out"),
    "rollup.table.campaign": Words("活动；默认为全部活动", "The campaign; all together if left out"),
    "rollup.table.metrics": Words("指标标识，以逗号分隔", "Ids of the figures, with commas"),
    "rollup.table.all": Words("全部指标", "All figures"),
    "rollup.watch.help": Words("实时观看汇总表，变动处突出显示", "Watch the table of figures; what changes stands out"),
    "rollup.watch.count": Words("收到此数的消息后停止", "Stop after so many messages"),
    "rollup.watch.started": Words("正在观看，Ctrl-C 停止。", "Watching; Ctrl-C stops."),
    "rollup.verify.help": Words(
        "由各服务的原始数据重算，逐项核对", "Recompute every figure from the services' own truth and compare"
    ),
    "rollup.verify.settle": Words("最多等待在途事实的秒数", "Seconds to wait for facts on the road"),
    "rollup.verify.reading": Words("{stage}：已读 {facts} 条事实", "{stage}: {facts} facts read"),
    "rollup.stage.settling": Words("等待在途事实", "waiting for facts on the road"),
    "rollup.stage.comparing": Words("正在比较", "comparing"),
    "rollup.verified": Words(
        "核对 {facts} 条事实、{contributions} 项贡献、{figures} 个数字：全部一致。",
        "{facts} facts, {contributions} contributions and {figures} figures compared: all agree.",
    ),
    "rollup.differs": Words(
        "核对 {facts} 条事实、{contributions} 项贡献、{figures} 个数字：差异 {differences} 处。",
        "{facts} facts, {contributions} contributions and {figures} figures compared: {differences} differences.",
    ),
    "rollup.column.kind": Words("类别", "Kind"),
    "rollup.column.subject": Words("对象", "Subject"),
    "rollup.column.expected": Words("应为", "Expected"),
    "rollup.column.found": Words("实为", "Found"),
    "rollup.kind.contribution": Words("贡献", "contribution"),
    "rollup.kind.figure": Words("数字", "figure"),
}

_WATCH: Final = {
    "watch.help": Words("实时观看一个上级收到的事实", "Watch, live, the facts that a superior receives"),
    "watch.unit": Words("上级单位代码", "The superior's code"),
    "watch.count": Words("收到此数后停止", "Stop after so many"),
    "watch.started": Words("正在观看 {unit} 及其下级，Ctrl-C 停止。", "Watching {unit} and below; Ctrl-C stops."),
}

_DRAW: Final = {
    "draw.help": Words("双随机抽取", "The double-random draw"),
    "draw.run.help": Words("抽取单位与检查人员，并安排检查", "Draw units and inspectors, and plan the visits"),
    "draw.scope": Words("抽取范围的单位代码", "Code of the unit whose subtree is drawn from"),
    "draw.stratum_level": Words("分层的层级", "Level of the strata"),
    "draw.frame_level": Words("被抽单位的层级", "Level of the units drawn"),
    "draw.per_stratum": Words("每层抽取数", "Units drawn in each stratum"),
    "draw.reserve": Words("每层备选数", "Reserves in each stratum"),
    "draw.per_visit": Words("每次检查的人数", "Inspectors for each visit"),
    "draw.inspectors_file": Words(
        "检查人员表 subject,barred_codes(回避单位的代码以空格分隔)",
        "Inspectors as subject,barred_codes (codes where they may not be sent, with spaces)",
    ),
    "draw.inspectors": Words(
        "试用：编号为 inspector:001 起的人员数", "For trials: so many inspectors named inspector:001 and on"
    ),
    "draw.seed": Words("种子：64 位十六进制", "The seed: 64 hexadecimal digits"),
    "draw.dice": Words("当众摇出的数字；种子为其 SHA-256", "Digits drawn before witnesses; the seed is their SHA-256"),
    "draw.one_seed": Words("请给出 --seed 或 --dice 之一。", "Give either --seed or --dice."),
    "draw.one_list": Words(
        "请给出 --inspectors-file 或 --inspectors 之一。", "Give either --inspectors-file or --inspectors."
    ),
    "draw.bad_dice": Words("--dice 只能是数字 0-9。", "--dice takes digits 0-9 only."),
    "draw.bad_seed": Words("--seed 应为 64 位十六进制数字。", "--seed takes 64 hexadecimal digits."),
    "draw.unknown_codes": Words("没有这些单位：{codes}", "There are no such units: {codes}"),
    "draw.show.help": Words("查看一次抽取", "Show one draw"),
    "draw.name": Words("抽取的名称", "The draw's name"),
    "draw.list.help": Words("列出抽取", "List the draws"),
    "draw.none": Words(
        "该机构没有抽取记录。各省自己的抽取请用 --tenant 指定机构代码。",
        "This tenant has no draws. For a province's own draws name it with --tenant CODE.",
    ),
    "draw.tenant": Words("机构的代码或标识；默认为根单位", "Code or id of the tenant; the root if left out"),
    "draw.head": Words(
        "{name}\n种子 {seed}\n名单 {frame} 个单位（根 {frame_root}）\n检查人员 {inspectors} 人（根 {inspectors_root}）",
        "{name}\nSeed {seed}\nFrame of {frame} units (root {frame_root})\n"
        "{inspectors} inspectors (root {inspectors_root})",
    ),
    "draw.column.stratum": Words("层", "Stratum"),
    "draw.column.rank": Words("位次", "Rank"),
    "draw.column.inspectors": Words("检查人员", "Inspectors"),
    "draw.column.drawn": Words("抽中", "Drawn"),
    "draw.column.frame": Words("名单", "Frame"),
    "draw.reserve_word": Words("备选", "reserve"),
}

_FACTS: Final = {
    "facts.help": Words("未能应用的事实", "Facts that could not be applied"),
    "facts.parked.help": Words("列出被搁置的事实", "List the facts that are parked"),
    "facts.service": Words("服务；默认为全部", "The service; all if left out"),
    "facts.no_such_service": Words(
        "没有服务 {service}；可用：{services}", "There is no service {service}; there are {services}."
    ),
    "facts.redrive.help": Words("再次尝试一条被搁置的事实", "Try a parked fact once more"),
    "facts.redrive.name": Words("名称，如 parkedFacts/…", "Its name, parkedFacts/…"),
    "facts.redriven": Words("{name} 已应用。", "{name} has been applied."),
    "facts.column.attempts": Words("次数", "Tries"),
}

_LEDGER: Final = {
    "problems.help": Words("问题", "Problems"),
    "problems.list.help": Words("列出一个单位及其下级的问题", "List the problems of a unit and those below it"),
    "problems.show.help": Words("查看一个问题及其办理经过", "Show one problem and what was done to it"),
    "problems.name": Words("问题的名称，如 tenants/…/problems/…", "The problem's name, tenants/…/problems/…"),
    "problems.light": Words("只看此灯", "Only those with this light"),
    "problems.wind": Words("只看此风的问题（活动的词条代码）", "Only those of this wind, by the campaign's code"),
    "problems.by_due": Words("按期限排列，逾期在前，已销号在后", "By deadline: the overdue first, the closed last"),
    "problems.column.title": Words("问题", "Problem"),
    "problems.column.due": Words("期限", "Due"),
    "problems.column.light": Words("灯", "Light"),
    "problems.column.done": Words("进度", "Done"),
    "ledger.help": Words("台账", "Ledgers"),
    "ledger.import.help": Words("导入整本台账，全有或全无", "Import a whole ledger, all or nothing"),
    "ledger.import.file": Words(
        "CSV，首行为列名：unit_code,title,wind,source,subject,responsible_leader,responsible_department,"
        "responsible_person,due_date,due_working_days（期限两列须且只须填一列）",
        "A CSV with these columns: unit_code,title,wind,source,subject,responsible_leader,responsible_department,"
        "responsible_person,due_date,due_working_days (of the last two, fill in one)",
    ),
    "ledger.imported": Words(
        "已列入 {problems} 个问题，涉及 {units} 个单位。", "{problems} problems at {units} units."
    ),
    "state.OPEN": Words("已列入", "open"),
    "state.IN_PROGRESS": Words("整改中", "in progress"),
    "state.DONE": Words("已报完成", "done"),
    "state.VERIFIED": Words("已核验", "verified"),
    "state.CLOSED": Words("已销号", "closed"),
    "light.GREEN": Words("绿", "green"),
    "light.YELLOW": Words("黄", "yellow"),
    "light.RED": Words("红", "red"),
    "deed.RECORDED": Words("列入台账", "recorded"),
    "deed.PROGRESS_REPORTED": Words("报告进展", "progress reported"),
    "deed.DONE_REPORTED": Words("报告完成", "reported as done"),
    "deed.CONFIRMED": Words("核验通过", "confirmed"),
    "deed.SENT_BACK": Words("核验退回", "sent back"),
    "deed.DEREGISTERED": Words("销号", "taken off the ledger"),
    "deed.RELIT": Words("亮灯变化", "light changed"),
    "deed.CARRIED_OVER": Words("此前经过未留存", "what came before was not kept"),
    "steps.column.deed": Words("事项", "What"),
    "steps.column.who": Words("何人", "Who"),
    "steps.column.remark": Words("说明", "Remark"),
    "steps.doer": Words("{actor}（{role}）", "{actor} ({role})"),
    "steps.nobody": Words("系统", "the system"),
    "steps.unknown": Words("未留存", "not kept"),
}

_PLANS: Final = {
    "plans.help": Words("方案：待核、登记、退回补正", "Plans: those that wait, registering, sending back"),
    "plans.list.help": Words("列出一个单位及其下级的方案", "List the plans of a unit and those below it"),
    "plans.waiting.help": Words(
        "列出报备给该单位、尚待核的方案，等待最久的在前", "List the lodgings that wait for a superior, the oldest first"
    ),
    "plans.show.help": Words("查看一个方案及其报备经过", "Show one plan and what passed about it"),
    "plans.register.help": Words("完备性检查通过，编号登记", "Find a lodged plan complete and give it a number"),
    "plans.return.help": Words("退回补正", "Send a lodged plan back to be completed"),
    "plans.name": Words("方案的名称，如 tenants/…/plans/…", "The plan's name, tenants/…/plans/…"),
    "plans.reason": Words("退回的原因", "Why it is sent back"),
    "plans.registered": Words("已登记，备案号 {number}。", "Registered as {number}."),
    "plans.returned": Words("已退回补正。", "Sent back to be completed."),
    "plans.column.title": Words("方案", "Plan"),
    "plans.column.kind": Words("类别", "Kind"),
    "plans.column.lodged": Words("报备时间（UTC）", "Lodged (UTC)"),
    "plans.column.number": Words("备案号", "Number"),
    "plan_kind.RECTIFICATION": Words("整改方案", "rectification"),
    "plan_kind.SPECIAL": Words("专项整治方案", "special task"),
    "plan_kind.RULE_BUILDING": Words("制度建设计划", "rule-building"),
    "plan_state.DRAFT": Words("草拟", "draft"),
    "plan_state.LODGED": Words("已报备待核", "lodged"),
    "plan_state.RETURNED": Words("退回补正", "sent back"),
    "plan_state.REGISTERED": Words("已登记", "registered"),
    "plan_deed.LODGED": Words("报备", "lodged"),
    "plan_deed.RETURNED": Words("退回补正", "sent back"),
    "plan_deed.REGISTERED": Words("备案编号", "registered"),
}

_AUDIT: Final = {
    "audit.help": Words("审计日志", "The audit log"),
    "audit.list.help": Words("列出机构日志的记录，新的在前", "List entries of a tenant's log, newest first"),
    "audit.tenant": Words("机构的代码或标识", "Code or id of the tenant"),
    "audit.resource": Words("只看此资源", "Only this resource"),
    "audit.actor": Words("只看此人", "Only this subject"),
    "audit.verify.help": Words("重算机构日志的哈希链", "Recompute the chain of a tenant's log"),
    "audit.intact": Words("{entries} 条记录，哈希链完整。", "{entries} entries; the chain is whole."),
    "audit.broken": Words(
        "{entries} 条记录；第 {sequence} 条与哈希链不符。",
        "{entries} entries; entry {sequence} does not fit the chain.",
    ),
    "audit.column.sequence": Words("序号", "No."),
    "audit.column.kind": Words("类别", "Kind"),
    "audit.column.actor": Words("何人", "Who"),
    "audit.column.action": Words("何事", "What"),
    "audit.column.outcome": Words("结果", "Outcome"),
    "audit.column.resource": Words("资源", "Resource"),
    "audit.kind.DEED": Words("行为", "deed"),
    "audit.kind.FACT": Words("事实", "fact"),
    "audit.kind.REFUSAL": Words("拒绝", "refusal"),
}

_SIGN_INS: Final = {
    "sign_ins.help": Words(
        "列出可以登录网页控制台的人及其密码（仅限本机自带的登录服务）",
        "List who can sign in to the web console, with passwords (only by the stack's own issuer)",
    ),
    "sign_ins.none": Words(
        "此数据目录里还没有可以登录的人；plumbline demo 会登记一批。",
        "Nobody can sign in to this data folder yet; `plumbline demo` enters some people.",
    ),
    "sign_ins.console": Words("网页控制台：{console}", "The web console: {console}"),
    "sign_ins.user_name": Words("用户名", "User name"),
    "sign_ins.password": Words("密码", "Password"),
    "sign_ins.role": Words("角色", "Role"),
    "sign_ins.unit": Words("单位", "Unit"),
    "role.unit_clerk": Words("单位经办人", "Unit clerk"),
    "role.campaign_office": Words("活动办", "Campaign office"),
    "role.supervision_inspector": Words("督导组", "Supervision inspector"),
    "role.draw_custodian": Words("抽取保管人", "Draw custodian"),
    "role.discipline_officer": Words("纪检监察", "Discipline officer"),
    "role.analyst": Words("分析员", "Analyst"),
    "role.auditor": Words("审计员", "Auditor"),
    "role.administrator": Words("系统管理员", "Administrator"),
}

COMMANDS: Final = (_SIGN_INS, _CONNECTION, _UNITS, _ROLLUP, _WATCH, _DRAW, _FACTS, _LEDGER, _PLANS, _AUDIT)
