//! AMD SVM: the virtual CPU behind [`Vcpu`](super::Vcpu), as the AMD64 Architecture Programmer's Manual
//! volume 2, chapter "Secure Virtual Machine", defines it.

pub mod controls;
pub mod decode;
pub mod extension;
pub mod permission_maps;
pub mod registers;
pub mod switch;
pub mod vcpu;
pub mod vmcb;

pub use extension::Svm;
pub use vcpu::SvmVcpu;
