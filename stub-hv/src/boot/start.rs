//! From the boot loader to the guest's first instruction.
#![expect(
    unsafe_code,
    reason = "takes memory, starts CPUs, and reads the guest's image through the direct map"
)]

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::arch::x86_64::__cpuid;
use core::num::NonZeroU16;
use core::ops::Range;
use core::sync::atomic::Ordering;

use heapless::Vec;
use net::uart::Uart;

use super::acpi;
use super::acpi::Acpi;
use super::image;
use super::image::Image;
use super::multiboot::BOOT_MAGIC;
use super::multiboot::BootInfo;
use super::multiboot::MAX_MODULES;
use super::options::DebugPort;
use super::options::Link;
use super::options::NAMED_PORTS;
use super::options::Options;
use super::reset;
use crate::cpu::MAX_CPUS;
use crate::cpu::PerCpu;
use crate::cpu::apic;
use crate::cpu::descriptors;
use crate::cpu::paging;
use crate::cpu::percpu;
use crate::cpu::smp;
use crate::cpu::smp::Trampoline;
use crate::cpu::timer;
use crate::debug::conversation::Conversation;
use crate::debug::monitor::Facts;
use crate::debug::packet;
use crate::debug::session;
use crate::debug::stop::StopReason;
use crate::debug::world::Activity;
use crate::fatal;
use crate::guest::hidden;
use crate::guest::loader;
use crate::guest::loader::EntryState;
use crate::guest::loader::Mode;
use crate::guest::loader::Module;
use crate::guest::loader::Request;
use crate::guest::run;
use crate::guest::space;
use crate::memory::MemoryMap;
use crate::memory::host;
use crate::memory::host::Physical;
use crate::say;
use crate::virt::Extension;
use crate::virt::StartState;
use crate::virt::Vcpu;
use crate::virt::svm::Svm;

/// All the memory the hypervisor keeps, image included.
const RESERVED: u64 = 16 << 20;
const FOUR_GIB: u64 = 1 << 32;
/// Delivery mode NMI of a redirection entry.
const DELIVER_NMI: u64 = 4 << 8;
const ACTIVE_LOW: u64 = 1 << 13;
const LEVEL_TRIGGERED: u64 = 1 << 15;

/// Gives the heap memory to manage.
type ClaimHeap = unsafe fn(*mut u8, usize) -> bool;

/// The root of the host's page tables, for the other CPUs.
static HOST_ROOT: spin::Once<u64> = spin::Once::new();
/// The root of the guest's nested page tables, for the other CPUs.
static NESTED_ROOT: spin::Once<u64> = spin::Once::new();

/// Boots the machine: `magic` and `information` are what the boot loader left in EAX and EBX.
pub fn start(magic: u32, information: u64, image: &Image, claim_heap: ClaimHeap) -> ! {
    if magic != BOOT_MAGIC {
        fatal!(
            "EAX holds {magic:#x} and not a multiboot magic; start stub-hv with GRUB's multiboot or QEMU's -kernel"
        );
    }
    let info = match BootInfo::read(&Physical, information) {
        Ok(info) => info,
        Err(error) => fatal!("the boot loader's information cannot be used: {error}"),
    };
    let options = match Options::parse(info.command_line()) {
        Ok(options) => options,
        Err(error) => fatal!("{error}"),
    };
    if let Err(error) = Svm::check() {
        fatal!("{error}");
    }
    let mut map = match MemoryMap::from_entries(info.regions.iter().copied()) {
        Ok(map) => map,
        Err(error) => fatal!("{error}"),
    };
    let memory_end = map
        .usable()
        .map(|region| region.end)
        .max()
        .unwrap_or(0)
        .max(FOUR_GIB);
    let own = take_memory(&info, &mut map, image, memory_end, claim_heap);
    say!("{}", env!("CARGO_PKG_VERSION"));
    run_machine::<Svm>(&info, &options, map, own, memory_end)
}

/// Takes the hypervisor's memory, moves the image there and goes on in it.
fn take_memory(
    info: &BootInfo,
    map: &mut MemoryMap,
    image: &Image,
    memory_end: u64,
    claim_heap: ClaimHeap,
) -> Range<u64> {
    let mut free = map.clone();
    let load_place = image.start & 0xffff_ffff;
    let mut taken = info.modules.iter().map(|module| module.range.clone());
    if taken.try_for_each(|range| free.reserve(range)).is_err()
        || free.reserve(load_place..load_place + image.size()).is_err()
    {
        fatal!("the memory map has too many regions");
    }
    let Some(own) = free.highest_usable_below(FOUR_GIB, RESERVED, 2 << 20) else {
        fatal!(
            "no {} MiB of free memory in one piece below 4 GiB: the machine needs more memory",
            RESERVED >> 20
        );
    };
    if map.reserve(own.clone()).is_err() {
        fatal!("the memory map has too many regions");
    }
    let heap = (own.start + image.size()).next_multiple_of(4096)..own.end;
    // SAFETY: the range is usable memory that holds neither the image nor a module, and is now reserved; the
    // direct map has it in the present page tables and in the ones built below.
    let claimed = unsafe { claim_heap(paging::direct(heap.start), (heap.end - heap.start) as usize) };
    let gigabyte_pages = __cpuid(0x8000_0001).edx & 1 << 26 != 0;
    let root = paging::build(image, own.start, memory_end, gigabyte_pages);
    let (true, Some(root)) = (claimed, root) else {
        fatal!("the hypervisor's memory is used up")
    };
    HOST_ROOT.call_once(|| root);
    host::set_layout(host::Machine {
        hypervisor: own.clone(),
        map: map.clone(),
        direct_end: memory_end,
    });
    // SAFETY: the tables map the image to the memory just taken; this is the only CPU that runs.
    unsafe { image::relocate(image, own.start, root) };
    own
}

/// Everything from the hypervisor's own memory on.
fn run_machine<E: Extension>(
    info: &BootInfo,
    options: &Options<'_>,
    map: MemoryMap,
    own: Range<u64>,
    memory_end: u64,
) -> ! {
    let Some(boot_cpu) = PerCpu::create(apic::id()) else {
        fatal!("the hypervisor's memory is used up")
    };
    // SAFETY: the first thing this CPU does with its block.
    unsafe { descriptors::load(boot_cpu) };
    timer::calibrate();
    // The decoder builds its tables now rather than in an exit.
    let _ = iced_x86::Decoder::new(64, &[0x90], 0).decode();

    let rsdp = acpi::find_rsdp(&Physical);
    let acpi = rsdp
        .and_then(|rsdp| Acpi::read(&Physical, rsdp).ok())
        .unwrap_or_default();
    if let Some(register) = acpi.reset {
        reset::set_register(register);
    }
    let ranges: Vec<Range<u64>, MAX_MODULES> =
        info.modules.iter().map(|module| module.range.clone()).collect();
    let modules = match loader::plan_moves(&ranges, &map, FOUR_GIB) {
        Ok(plan) => {
            if plan.run(&mut Physical).is_err() {
                fatal!("a module cannot be moved");
            }
            plan.ranges
        }
        Err(error) => fatal!("{error}"),
    };
    if modules.is_empty() {
        fatal!(
            "no guest: the first multiboot module must be the guest's image (in QEMU: -initrd \"IMAGE ARGUMENTS\")"
        );
    }

    let gigabyte_pages = __cpuid(0x8000_0001).edx & 1 << 26 != 0;
    let interrupt = uart_interrupt(&acpi, options.debug, boot_cpu.apic_id);
    hidden::hide_uart(options.debug.port);
    let line = uart(options);
    let plan = space::Plan {
        end: memory_end,
        gigabyte_pages,
        watch_apic: processors(&acpi, boot_cpu.apic_id).next().is_some(),
        hidden: own.clone(),
        ioapic: interrupt,
    };
    match space::build(&plan) {
        Ok(root) => NESTED_ROOT.call_once(|| root),
        Err(error) => fatal!("nested page tables: {error}"),
    };

    let vcpu = bring_up::<E>(boot_cpu);
    start_others::<E>(&acpi, &map, boot_cpu);

    let arguments = options.guest_args.unwrap_or_else(|| {
        info.modules
            .first()
            .map_or("", |module| info.module_arguments(module))
    });
    let entry = load(info, options, &map, own, &modules, rsdp, arguments);
    // SAFETY: this CPU's own virtual CPU, which nothing else uses before it runs or parks.
    unsafe { &mut *vcpu }.start(&start_state(&entry));
    boot_cpu.state.set_activity(Activity::Running);
    if options.wait {
        boot_cpu.state.set_pending(StopReason::Wait);
    }
    let kind = match entry.mode {
        Mode::Long64 { .. } => "linux",
        Mode::Protected32 => "multiboot",
    };
    open_session(options, line, kind, arguments);
    say!("{} CPUs, the guest starts", percpu::count());
    boot_cpu.enter_own_stack(vcpu, run_guest)
}

/// The boot CPU from its guest's first instruction on.
extern "C" fn run_guest<V: Vcpu>(cpu: &'static PerCpu, vcpu: *mut V) -> ! {
    run::run(cpu, vcpu)
}

/// Where the debug UART's interrupt arrives, and the redirection entry that makes it an NMI for the boot CPU.
fn uart_interrupt(acpi: &Acpi, debug: DebugPort, destination: u32) -> Option<(u64, u8, u64)> {
    let madt = acpi.madt.as_ref()?;
    let line = if debug.irq < 16 {
        madt.isa_interrupt(debug.irq)
    } else {
        acpi::madt::Override {
            gsi: debug.irq.into(),
            ..madt.isa_interrupt(0)
        }
    };
    let (ioapic, pin) = madt.io_apic_for(line.gsi)?;
    let mut entry = DELIVER_NMI | u64::from(destination) << 56;
    if line.polarity == acpi::madt::Polarity::ActiveLow {
        entry |= ACTIVE_LOW;
    }
    if line.trigger == acpi::madt::Trigger::Level {
        entry |= LEVEL_TRIGGERED;
    }
    Some((ioapic.address, u8::try_from(pin).ok()?, entry))
}

/// The debug UART.
fn uart(options: &Options<'_>) -> Uart<uart_16550::backend::PioBackend> {
    let name = NAMED_PORTS
        .iter()
        .find(|(_, port)| port.port == options.debug.port)
        .map_or("uart", |(name, _)| name);
    let divisor = NonZeroU16::new(options.divisor()).unwrap_or(NonZeroU16::MIN);
    // SAFETY: the port is hidden from the guest, and the hypervisor has no other use for it.
    match unsafe { Uart::at_port(options.debug.port, name, divisor) } {
        Ok(uart) => uart,
        Err(_) => fatal!(
            "no serial port answers at {:x}; name the debugger's port with debug=com1..com4 or debug=PORT,IRQ",
            options.debug.port
        ),
    }
}

/// Switches the extension on for this CPU and makes its virtual CPU known.
fn bring_up<E: Extension>(cpu: &'static PerCpu) -> *mut E::Vcpu {
    let root = NESTED_ROOT.get().copied().unwrap_or(0);
    match E::enable(root) {
        Ok(vcpu) => {
            let vcpu = Box::into_raw(vcpu);
            cpu.state.publish(vcpu);
            cpu.started.store(true, Ordering::Release);
            vcpu
        }
        Err(error) => fatal!("CPU {}: {error}", cpu.index),
    }
}

/// Where the other CPUs begin, on the trampoline's page tables.
extern "C" fn other_cpu<E: Extension>(cpu: &'static PerCpu) -> ! {
    let root = HOST_ROOT.get().copied().unwrap_or(0);
    // SAFETY: the hypervisor's own tables; the block is this CPU's, and used here first.
    unsafe {
        paging::activate(root);
        descriptors::load(cpu);
    }
    let vcpu = bring_up::<E>(cpu);
    run::run(cpu, vcpu)
}

/// The CPUs that ACPI names beside the boot CPU.
fn processors(acpi: &Acpi, boot_cpu: u32) -> impl Iterator<Item = &acpi::Processor> {
    let all = acpi.madt.iter().flat_map(|madt| madt.processors.iter());
    all.filter(move |processor| processor.enabled && processor.apic_id != boot_cpu)
}

/// Starts the other CPUs that ACPI names; they wait for the guest's start-up IPIs.
fn start_others<E: Extension>(acpi: &Acpi, map: &MemoryMap, boot_cpu: &PerCpu) {
    let low = map.lowest_usable(0x1000..0x9f000, 4096, 4096);
    let root = HOST_ROOT.get().and_then(|root| paging::with_low_memory(*root));
    let (Some(low), Some(low_root)) = (low, root) else {
        return;
    };
    let trampoline = Trampoline {
        page: low.start as u32,
        low_root,
    };
    let mut cpus: Vec<&'static PerCpu, MAX_CPUS> = Vec::new();
    for processor in processors(acpi, boot_cpu.apic_id) {
        match PerCpu::create(processor.apic_id) {
            Some(cpu) if cpus.push(cpu).is_ok() => {}
            _ => {
                say!("more than {MAX_CPUS} CPUs: the guest gets {MAX_CPUS}");
                break;
            }
        }
    }
    smp::reset(&cpus);
    for cpu in cpus {
        // SAFETY: the page is usable memory; no guest runs yet, and the modules are elsewhere.
        if !unsafe { smp::start(&trampoline, cpu, other_cpu::<E>) } {
            fatal!("CPU with APIC id {} does not start", cpu.apic_id);
        }
    }
}

/// Loads the guest from the first module.
fn load(
    info: &BootInfo,
    options: &Options<'_>,
    map: &MemoryMap,
    own: Range<u64>,
    modules: &[Range<u64>],
    rsdp: Option<u64>,
    arguments: &str,
) -> EntryState {
    let Some((image, rest)) = modules.split_first() else {
        fatal!("no guest")
    };
    // SAFETY: the module lies in the direct map; the loader does not write to what `keep` names, and nothing
    // else runs.
    let bytes = unsafe {
        core::slice::from_raw_parts(
            paging::direct::<u8>(image.start),
            (image.end - image.start) as usize,
        )
    };
    let files: Vec<Module<'_>, MAX_MODULES> = rest
        .iter()
        .zip(info.modules.iter().skip(1))
        .map(|(range, module)| Module {
            range: range.clone(),
            text: info.module_text(module),
        })
        .collect();
    let request = Request {
        image: bytes,
        modules: &files,
        command_line: arguments,
        rsdp,
        map,
        hypervisor: own,
        keep: core::slice::from_ref(image),
    };
    match loader::load(&mut Physical, &request, options.guest) {
        Ok(entry) => entry,
        Err(error) => fatal!("guest: {error}"),
    }
}

fn start_state(entry: &EntryState) -> StartState {
    match entry.mode {
        Mode::Long64 {
            cr3,
            gdt_base,
            gdt_limit,
        } => StartState::Long {
            rip: entry.rip,
            rsi: entry.rsi,
            cr3,
            gdt: gdt_base,
            gdt_limit,
        },
        Mode::Protected32 => StartState::Protected {
            rip: entry.rip,
            rax: entry.rax,
            rbx: entry.rbx,
        },
    }
}

fn open_session(
    options: &Options<'_>,
    line: Uart<uart_16550::backend::PioBackend>,
    kind: &str,
    arguments: &str,
) {
    let avx = __cpuid(1).ecx & 1 << 28 != 0;
    let facts = Facts {
        version: format!("stub-hv {}", env!("CARGO_PKG_VERSION")),
        processor: format!("SVM, {}", brand()),
        guest: format!("{kind}, command line '{arguments}'"),
        reserved: RESERVED,
        reset: false,
        settings: monitor_cmds::Settings::default(),
    };
    let packets = packet::Options {
        reliable: options.link == Link::Reliable,
        threads: percpu::count() as u32,
        ..packet::Options::default()
    };
    let mut conversation = Box::new(Conversation::new(Box::new(line), packets, avx, facts));
    conversation.listen();
    session::open(options.debug.port, conversation);
}

/// The processor's brand string.
fn brand() -> String {
    let mut bytes = alloc::vec::Vec::new();
    for leaf in 0x8000_0002..=0x8000_0004 {
        let words = __cpuid(leaf);
        for word in [words.eax, words.ebx, words.ecx, words.edx] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    String::from(text.trim_matches(['\0', ' ']))
}
