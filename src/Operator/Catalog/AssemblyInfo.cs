using System.Runtime.CompilerServices;

// The adapters are internal: the rest of the operator sees them through the ports only, and their tests see them whole.
[assembly: InternalsVisibleTo("GovernedFinetune.Operator.Tests")]
